#!/usr/bin/env python3
"""Redis is killed while two flowgates register users, and comes back: nothing that was acknowledged is lost. While it is
away calls are put through by what was known last, REGISTERs are answered 503, and a connection that breaks is remembered."""
from deadline import wait_for
from namespaces import require_programs
from nodes import Node, receive, registered
from redis_server import Redis
from registering import Registering, lost
from run import run, step
from user_agent import UserAgent, header

CALLEE, CALLER, GONE = "sip:callee@example.com", "sip:caller@example.com", "sip:gone@example.com"
INSTANCE = "urn:uuid:00000000-0000-4000-8000-0000000000ca"
ROUNDS = 3


def check_away(west, east, callee, gone):
    """Redis is away."""

    def refused():
        with UserAgent("udp", west.at("udp")) as device:
            return device.register("sip:late@example.com").startswith("SIP/2.0 503 ")

    wait_for("REGISTERs to be refused", refused, 10)
    with UserAgent("udp", east.at("udp")) as caller:
        caller.request("MESSAGE", CALLEE, CALLER)
        callee.answer(receive(callee, "MESSAGE "), "200 OK")
        receive(caller, "SIP/2.0 200 ")
    gone.socket.close()
    step("without Redis: a message came through, REGISTERs were refused, a connection broke")


def is_registered(node, aor):
    return not lost(node, [aor])


def check(options, directory, evidence):
    require_programs("redis-server")
    with Redis(directory, appendonly=True) as redis:
        evidence.add("redis", redis.tail)
        west = Node(options.flowgate, directory, "west", redis.url())
        east = Node(options.flowgate, directory, "east", redis.url())
        for node in (west, east):
            evidence.add(node.name, node.log)
        with west, east:
            callee, _ = registered("udp", west, CALLEE, INSTANCE)
            registering = Registering((west, east))
            for number in range(1, ROUNDS + 1):
                gone, _ = registered("tcp", west, GONE)
                before = registering.count()
                wait_for("registrations", lambda: registering.count() > before + 300, 30)
                redis.kill()
                check_away(west, east, callee, gone)
                redis.start()
                back = registering.count()
                wait_for("registrations again", lambda: registering.count() > back + 300, 30)
                wait_for("the binding of the broken connection to go", lambda: not is_registered(east, GONE), 10)
                step(f"killed and back, {number} of {ROUNDS}")
            registering.stop()
            third = Node(options.flowgate, directory, "third", redis.url())
            evidence.add("third", third.log)
            with third:
                registering.check_nothing_lost((west, east, third))


if __name__ == "__main__":
    run(check, limit_s=170)
