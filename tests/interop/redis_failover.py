#!/usr/bin/env python3
"""The Redis master is killed while two flowgates register users, and Sentinel makes its replica the master: nothing that
was acknowledged is lost (WAIT 1). Without a replica nothing is acknowledged, until the old master is back as one."""
from deadline import wait_for
from namespaces import require_programs
from nodes import Node
from redis_server import Redis, Sentinel
from registering import Registering
from run import run, step

MASTER = "sip"


def role(redis):
    """Of one that changes its role the connection may break."""
    try:
        return redis.ask("ROLE")
    except ConnectionError:
        return ""


def is_replica(redis, state="connected"):
    answer = role(redis)
    return "slave" in answer and f"\r\n{state}" in answer


def check(options, directory, evidence):
    require_programs("redis-server", "redis-sentinel")
    with Redis(directory, "first", appendonly=True) as first, Redis(
        directory, "second", appendonly=True, replica_of=first
    ) as second, Sentinel(directory, first, MASTER) as sentinel:
        for server in (first, second, sentinel):
            evidence.add(getattr(server, "name", "sentinel"), server.tail)
        wait_for("the replica", lambda: is_replica(second), 20)
        wait_for("the sentinel to know it", sentinel.knows_replica, 20)
        more = f'sentinels: ["127.0.0.1:{sentinel.port}"], master: {MASTER}, wait_replicas: 1, wait_timeout_ms: 300'
        west = Node(options.flowgate, directory, "west", "redis:///0", more)
        east = Node(options.flowgate, directory, "east", "redis:///0", more)
        for node in (west, east):
            evidence.add(node.name, node.log)
        with west, east:
            registering = Registering((west, east))
            wait_for("registrations", lambda: registering.count() > 500, 30)
            first.kill()
            step("the master is killed")
            wait_for("a failover", lambda: role(second).startswith("*3\r\n$6\r\nmaster"), 30)
            before = registering.count()
            first.start()
            # Where the machine is slow, the sentinel may change its mind once more.
            wait_for("one to be the other's replica", lambda: is_replica(first) or is_replica(second), 60)
            wait_for("registrations again", lambda: registering.count() > before + 500, 30)
            registering.stop()
            step("one is the master, the other its replica")
            third = Node(options.flowgate, directory, "third", "redis:///0", more)
            evidence.add("third", third.log)
            with third:
                registering.check_nothing_lost((west, east, third))


if __name__ == "__main__":
    run(check, limit_s=170)
