#!/usr/bin/env python3
"""flowgate as the edge before a Kamailio registrar, or as the registrar behind a Kamailio edge.

Two baresips behind NATs register by RFC 5626 through both, call each other both ways, restart and go away.
"""
from call import FLOW_TIMER_S, check_gruus, check_keepalive, check_nat
from deadline import wait_for
from kamailio_street import GRACE_S, REGISTRAR, KamailioStreet
from ladder import SETTLE_S, call_both_ways, talk
from neighbourhood import PUBLIC, SERVER
from run import run, step

# Over UDP baresip takes any Flow-Timer, over TCP none below 20 seconds.
UDP_FLOW_TIMER_S = 8


def check_flows(street):
    """RFC 5626 §5.3: what is for a phone goes down the flow that it registered over, ACK and BYE as well."""
    for side, home in PUBLIC.items():
        for method in ("INVITE", "ACK", "BYE", "CANCEL"):
            street.wait_for_message(f"{method} ", SERVER, home)
        flows = street.flows_of(side)
        stray = [message for message in street.messages(SERVER, home) if message[1] not in flows]
        assert not stray, f"home {side} registered from {flows}, and was sent {stray}"


def check_restart(street):
    """RFC 5626 §6: the new binding has the same instance-id and reg-id, so it replaces the old one."""
    alice, bob = street.alice, street.restart("b")
    talk(alice, bob, alice)
    talk(bob, alice, bob)
    assert bob.seen("CALL_INCOMING") == 1, "bob rang more than once"
    return bob


def check_flow_gone(street, bob):
    """RFC 5626 §5.3.1, §7: the edge answers 430, the registrar drops the binding, the caller is told soon."""
    bob.process.kill()
    if street.transports["b"] == "tcp":
        wait_for("the edge to close bob's connection", lambda: not street.connections_of("b"), SETTLE_S)
    elif street.options.edge == "flowgate":
        silence = street.flow_timer + GRACE_S + 1
        wait_for("bob's flow to be silent", lambda: street.silence_of("b") > silence, silence + 1)
    is_refused(street, bob, 1)
    street.wait_for_message("SIP/2.0 430 ", SERVER, REGISTRAR)
    sent = street.count("INVITE ", REGISTRAR, SERVER)
    is_refused(street, bob, 2)
    assert street.count("INVITE ", REGISTRAR, SERVER) == sent, "the binding is still there"


def is_refused(street, callee, times):
    """Alice's call is; the times that it was, with this one."""
    alice = street.alice
    closed = alice.seen("CALL_CLOSED")
    alice.dial(callee.aor)
    alice.wait_for_event("CALL_CLOSED", closed + 1, SETTLE_S)
    assert alice.last("CALL_CLOSED").startswith("480"), alice.last("CALL_CLOSED")
    street.wait_for_message("SIP/2.0 480 ", SERVER, PUBLIC["a"], times)


def check_calls(options, directory, evidence):
    flow_timer = UDP_FLOW_TIMER_S if options.transport == "udp" else FLOW_TIMER_S
    with KamailioStreet(options, directory, evidence, flow_timer=flow_timer) as street:
        step(f"both registered over {options.transport}, the edge is {options.edge}")
        check_nat(street)
        call_both_ways(street.alice, street.bob)
        check_flows(street)
        check_gruus(street)
        step("waiting for keepalives")
        check_keepalive(street)
        step("bob's phone restarts")
        bob = check_restart(street)
        step("bob's phone is gone")
        check_flow_gone(street, bob)


if __name__ == "__main__":
    run(check_calls, limit_s=110, edge=["flowgate", "kamailio"], transport=["udp", "tcp", "udp-tcp"])
