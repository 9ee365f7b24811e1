#!/usr/bin/env python3
"""One ready line, exit status 0 on SIGTERM; for a bad configuration one line and exit status 2. A thread for each
processor."""
import contextlib
import os
import re
import sqlite3
import subprocess

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
GOOD = "domains: [example.com]\nlisten: [udp:127.0.0.1:0]\nflow_token: {key_file: flowtoken.key}\n"
BAD = {
    "an unknown key": GOOD + "flavour: vanilla\n",
    "a wrong type": GOOD + "edge: {flow_timer: soon}\n",
    "a missing file": GOOD + "registrar: {users: nobody.yaml}\n",
    "no YAML": GOOD + "edge: {flow_timer\n",
}


def check_bad_configurations(program, directory):
    """One line with file:line:column; nothing starts half."""
    file = os.path.join(directory, "bad.yaml")
    for what, text in BAD.items():
        with open(file, "w") as f:
            f.write(text)
        for arguments in ([], ["--check"]):
            step(" ".join(["configuration with", what, *arguments]))
            status, output = finish([program, "--config", file, *arguments])
            assert status == 2, f"exit status {status}: {output}"
            lines = output.splitlines()
            assert len(lines) == 1 and re.search(r"bad\.yaml:[1-9]\d*:[1-9]\d*", lines[0]), output
            assert not os.path.exists(
                os.path.join(directory, "flowtoken.key")
            ), "it made its key all the same"


def check_bad_files(program, directory):
    """What a start refuses of the files that a configuration names, --check has refused before, in the same words,
    and has left everything as it was."""
    folder = os.path.join(directory, "files")
    os.mkdir(folder)
    file = os.path.join(folder, "flowgate.yaml")
    for what, key_file, prepare in (
        ("a missing folder for the key", "nowhere/flowtoken.key", lambda: None),
        ("a damaged key", "damaged.key", lambda: write(os.path.join(folder, "damaged.key"), "1 0123")),
        ("a later database", "flowtoken.key", lambda: make_database(folder, "PRAGMA user_version=99")),
        ("a damaged database", "flowtoken.key", lambda: make_database(folder, "CREATE TABLE pages(slot, data)",
                                                                      "INSERT INTO pages VALUES(1, x'00')",
                                                                      "PRAGMA user_version=2")),
    ):
        step(f"--check and {what}")
        write(file, GOOD.replace("flowtoken.key", key_file) + "registrar: {store: sqlite:flowgate.db}\n")
        prepare()
        before = content(folder)
        status, checked = finish([program, "--config", file, "--check"])
        assert status == 2 and len(checked.splitlines()) == 1, (status, checked)
        assert content(folder) == before, "--check has changed something"
        assert finish([program, "--config", file]) == (2, checked), (what, checked)

    step("--check where nothing is yet")
    for name in os.listdir(folder):
        if name != "flowgate.yaml":
            os.unlink(os.path.join(folder, name))
    status, output = finish([program, "--config", file, "--check"])
    assert status == 0 and os.listdir(folder) == ["flowgate.yaml"], (output, os.listdir(folder))


def write(file, text):
    with open(file, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as f:
        f.write(text)


def make_database(folder, *statements):
    """Of flowgate, as far as its first octets tell."""
    name = os.path.join(folder, "flowgate.db")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)
    with contextlib.closing(sqlite3.connect(name)) as connection:
        for statement in ("PRAGMA application_id=0x666c6f77", *statements):
            connection.execute(statement)
        connection.commit()


def content(folder):
    """Of each file in it."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            found[name] = f.read()
    return found


def check_only_checks(program, configuration):
    """--check reads the configuration of a running server and binds nothing."""
    step("--check")
    status, output = finish([program, "--config", configuration, "--check"])
    assert status == 0, f"exit status {status}: {output}"


def check_processors(program, directory, flowgate):
    """As many shards as processors that it may run on, each kept to one of its own, unless that is not wanted."""
    step("the processors of its threads")
    ours = os.sched_getaffinity(0)
    assert f"with {len(ours)} shard" in flowgate.log(), flowgate.log()
    kept = [allowed for allowed in affinities(flowgate) if allowed != ours]
    assert len(ours) == 1 or sorted(kept, key=min) == [{number} for number in sorted(ours)], kept

    folder = os.path.join(directory, "unpinned")
    os.mkdir(folder)
    listen = [f"udp:{ADDRESS}:{free_port(ADDRESS)}"]
    with Flowgate(program, folder, listen, more="pin_threads: false\n") as unpinned:
        assert all(allowed == ours for allowed in affinities(unpinned)), affinities(unpinned)


def affinities(flowgate):
    """For each of its threads the processors that it may run on."""
    folder = f"/proc/{flowgate.process.child.pid}/task"
    return [os.sched_getaffinity(int(thread)) for thread in os.listdir(folder)]


def check_stop(flowgate, port):
    """SIGTERM ends it with status 0, also while connections are open and half a message has come."""
    step("SIGTERM")
    with UserAgent("tcp", (ADDRESS, port)) as alice, UserAgent("tls", (ADDRESS, port + 1)):
        alice.send(b"OPTIONS sip:exa")
        assert flowgate.process.exit_status() is None, "it did not live until now"
        status = flowgate.process.stop()
        assert status == 0, f"exit status {status}"
        assert len(re.findall(r"\bready\b", flowgate.log())) == 1, flowgate.log()


def check_listener(program, flowgate):
    """Status 1 and one line when somebody else has the port."""
    step("a port that is taken")
    status, output = finish([program, "--config", flowgate.configuration])
    assert status == 1 and len(output.splitlines()) == 1 and "already in use" in output, (status, output)


def finish(argv):
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False
    )
    return done.returncode, done.stdout


def check_start_stop(options, directory, evidence):
    require_programs("openssl")
    check_bad_configurations(options.flowgate, directory)
    check_bad_files(options.flowgate, directory)
    port = free_port(ADDRESS)
    listen = [f"udp:{ADDRESS}:{port}", f"tcp:{ADDRESS}:{port}", f"tls:{ADDRESS}:{port + 1}"]
    flowgate = Flowgate(options.flowgate, directory, listen)
    evidence.add("flowgate's log", flowgate.tail)
    try:
        check_only_checks(options.flowgate, flowgate.configuration)
        check_listener(options.flowgate, flowgate)
        check_processors(options.flowgate, directory, flowgate)
        check_stop(flowgate, port)
    finally:
        flowgate.process.stop()


if __name__ == "__main__":
    run(check_start_stop, limit_s=100)
