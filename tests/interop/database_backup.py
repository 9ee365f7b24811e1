#!/usr/bin/env python3
"""The database is backed up while flowgate runs, restored, and moved to another folder: bindings, flow tokens of UDP flows
and temporary GRUUs from before are good; what registered after the backup is not known."""
import contextlib
import os
import shutil
import sqlite3

from flowgate import Flowgate, free_port
from kill_restart import Call
from run import run, step
from user_agent import UserAgent, header

ADDRESS = "127.0.0.1"
FILES = ("flowgate.db", "flowtoken.key")


def bindings(edge, aor):
    with UserAgent("udp", edge) as asking:
        asking.request("REGISTER", "sip:example.com", aor, to=aor)
        return len(header(asking.receive_message(), "Contact"))


def back_up(folder, backup):
    os.mkdir(backup)
    with contextlib.closing(sqlite3.connect(os.path.join(folder, FILES[0]))) as database:
        database.execute("VACUUM INTO ?", (os.path.join(backup, FILES[0]),))
    shutil.copy(os.path.join(folder, FILES[1]), backup)


def restore(folder, backup):
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(folder, FILES[0] + suffix))
    copy(backup, folder)


def copy(source, target):
    for name in FILES:
        shutil.copy(os.path.join(source, name), target)


def stop(flowgate):
    status = flowgate.process.stop()
    assert status == 0, f"exit status {status}"
    journal = os.path.join(flowgate.directory, FILES[0] + "-wal")
    assert not os.path.exists(journal) or os.path.getsize(journal) == 0, "not everything is in the database"


def check_backup(options, directory, evidence):
    edge = ADDRESS, free_port(ADDRESS)
    listen, store = [f"udp:{edge[0]}:{edge[1]}"], "sqlite:flowgate.db"
    backup, elsewhere = os.path.join(directory, "backup"), os.path.join(directory, "elsewhere")
    with Flowgate(options.flowgate, directory, listen, store=store) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        with contextlib.closing(Call(edge, 0)) as call, UserAgent("udp", edge) as late:
            back_up(flowgate.directory, backup)
            assert late.register("sip:late@example.com").startswith("SIP/2.0 200 ")
            assert bindings(edge, "sip:late@example.com") == 1
            stop(flowgate)
            step("moved")
            os.mkdir(elsewhere)
            with Flowgate(
                options.flowgate, elsewhere, listen, store=store, prepare=lambda own: copy(flowgate.directory, own)
            ) as moved:
                evidence.add("flowgate's log elsewhere", moved.tail)
                call.check(1)
                assert bindings(edge, "sip:late@example.com") == 1
            step("restored")
            restore(flowgate.directory, backup)
            flowgate.start()
            call.check(2)
            assert [bindings(edge, aor) for aor in (*call.aors, "sip:late@example.com")] == [1, 1, 0]


if __name__ == "__main__":
    run(check_backup, limit_s=50)
