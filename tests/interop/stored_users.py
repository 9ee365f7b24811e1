#!/usr/bin/env python3
"""Users in a store and digest: who is added, gets another password or is removed by `flowgate user`, beside a server that
runs, is let in or not within seconds."""
from deadline import wait_for
from digest import Client, is_let_in
from flowgate import Flowgate, free_port
from redis_server import Redis
from run import run, step
from user_commands import Commands

ADDRESS = "127.0.0.1"
CONFIG = """\
roles: [edge, registrar]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
registrar: {{store: "STORE", authentication: digest, min_expires: 60}}
edge: {{flow_timer: {flow_timer}}}
"""


def test(options, directory, evidence):
    if options.store == "sqlite":
        return serve(options, directory, evidence, "sqlite:flowgate.db")
    with Redis(directory) as redis:
        serve(options, directory, evidence, redis.url())


def serve(options, directory, evidence, store):
    port = free_port(ADDRESS)
    edge = ADDRESS, port
    listen = [f"udp:{ADDRESS}:{port}"]
    with Flowgate(options.flowgate, directory, listen, template=CONFIG.replace("STORE", store)) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        commands = Commands(options.flowgate, flowgate)
        step("nobody is known")
        assert not is_let_in(edge, "alice", "ecila")

        step("alice is added")
        commands.works("add", "alice", "--aor", "sales@example.com", "--password-stdin", password="ecila\n")
        wait_for("alice to be let in", lambda: is_let_in(edge, "alice", "ecila"), 10)
        with Client("udp", edge, "alice", "ecila") as alice:
            assert alice.register_by("MD5") == 200
        assert not is_let_in(edge, "bob", "ecila")

        step("she gets another password")
        commands.works("password", "alice", "--password-stdin", password="other\n")
        wait_for("the new one to count", lambda: is_let_in(edge, "alice", "other"), 10)
        assert not is_let_in(edge, "alice", "ecila")

        step("the server starts anew")
        flowgate.restart()
        wait_for("alice to be let in again", lambda: is_let_in(edge, "alice", "other"), 10)
        assert "alice" in commands.works("list")

        step("she is removed")
        commands.works("remove", "alice")
        wait_for("alice to be refused", lambda: not is_let_in(edge, "alice", "other"), 10)


if __name__ == "__main__":
    run(test, 60, store=["sqlite", "redis"])
