#!/usr/bin/env python3
"""200 calls of sipp's built-in caller to its built-in callee through flowgate: none is lost."""
import re
import socket

from deadline import wait_for
from flowgate import Flowgate, bindable, free_port
from namespaces import require_programs
from run import run, step
from sipp import LOOPBACK, Sipp, callee, caller
from user_agent import UserAgent

DOMAIN = "example.com"
CALLS = 200
RATE = 100
SOCKETS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


def start_callee(options, directory, evidence, port):
    # UDP keeps no order: an ACK that the BYE overtook meets the callee in its last pause, and is no failure.
    uas = Sipp(
        "uas", directory, callee(options.routes == "yes"), options.transport, port, CALLS, ["-pause_msg_ign"]
    )
    evidence.add("sipp uas: errors", uas.errors)
    kind = SOCKETS[options.transport]
    wait_for("sipp uas to listen", lambda: not bindable(socket.AF_INET, kind, LOOPBACK, port), 5)
    return uas


def start_caller(options, directory, evidence, edge):
    target = [f"{edge[0]}:{edge[1]}", "-s", "service", "-r", str(RATE)]
    scenario = caller(DOMAIN, options.routes == "yes")
    uac = Sipp("uac", directory, scenario, options.transport, free_port(LOOPBACK), CALLS, target)
    evidence.add("sipp uac: errors", uac.errors)
    return uac


def register_callee(transport, edge, port):
    """sipp does not register by itself: somebody else on the host does, over UDP, with sipp's address as
    Contact. So flowgate reaches it by the Contact URI alone, over TCP by a connection of its own making."""
    with UserAgent("udp", edge) as registrant:
        contact = f"sip:service@{LOOPBACK}:{port};transport={transport}"
        answer = registrant.register(f"sip:service@{DOMAIN}", contact)
        assert answer.startswith("SIP/2.0 200 "), answer


def check_routes(uac, expected):
    """The route sets were really there, or really not."""
    byes = re.findall(r"^BYE .*?\n\r?\n", uac.messages(), re.S | re.M)
    routed = sum("\nRoute:" in bye for bye in byes)
    assert len(byes) >= CALLS and routed == (
        len(byes) if expected else 0
    ), f"{routed} of {len(byes)} BYEs had a Route"


def check_calls(options, directory, evidence):
    require_programs("sipp", "openssl")
    edge = (LOOPBACK, free_port(LOOPBACK))
    with Flowgate(options.flowgate, directory, [f"{t}:{edge[0]}:{edge[1]}" for t in SOCKETS]) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        port = free_port(LOOPBACK)
        register_callee(options.transport, edge, port)
        step(f"{CALLS} calls over {options.transport}, route sets: {options.routes}")
        with start_callee(options, directory, evidence, port) as uas:
            with start_caller(options, directory, evidence, edge) as uac:
                for side in (uac, uas):
                    side.wait(60)
                    counts = side.counts()
                    assert counts == (CALLS, 0), f"sipp {side.name}: (successful, failed) = {counts}"
                check_routes(uac, options.routes == "yes")


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp"], routes=["no", "yes"])
