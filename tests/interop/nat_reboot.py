#!/usr/bin/env python3
"""Bob's NAT reboots and hands out other ports; bob notices by himself, registers anew, and is reached."""
from deadline import wait_for
from ladder import talk
from neighbourhood import OTHER_PORTS
from run import run, step
from street import Street

FLOW_TIMER_S = 20
# baresip: keepalive after at most Flow-Timer (over TCP 10 s more for the pong that stays out), then 30 to 60 s
# of back-off before the next REGISTER.
RECOVERY_S = FLOW_TIMER_S + 10 + 60 + 10
# Far beyond the recovery: a REGISTER in that time is one for the lost flow, not a refresh.
REGINT_S = 900
# The capture is another process, and reads behind.
SEEN_WITHIN_S = 5


def check_recovery(options, directory, evidence):
    with Street(options, directory, evidence, regint=REGINT_S, flow_timer=FLOW_TIMER_S) as street:
        step(f"both registered over {options.transport}")
        bob, nat = street.bob, street.net.nats["b"]
        registered = bob.seen("REGISTER_OK")
        before = wait_for(
            "bob's packets", lambda: {p.source[1] for p in street.from_home("b")}, SEEN_WITHIN_S
        )
        nat.reboot(*OTHER_PORTS)
        step("bob's NAT has rebooted")
        bob.wait_for_event("REGISTER_FAIL", 1, RECOVERY_S)
        step("bob's keepalive found the flow dead")
        bob.wait_for_event("REGISTER_OK", registered + 1, RECOVERY_S)
        after = {p.source[1] for p in street.from_home("b")} - before
        assert after and after <= set(nat.ports), f"public ports before {before}, after {after}"
        step("bob has registered anew")
        talk(street.alice, bob, street.alice)
        talk(bob, street.alice, street.alice)
        assert bob.seen("CALL_INCOMING") == 1, "bob rang more than once"


if __name__ == "__main__":
    run(check_recovery, limit_s=170, transport=["udp", "tcp"])
