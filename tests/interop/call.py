#!/usr/bin/env python3
"""Two baresips, each behind its own NAT, call each other; either side hangs up or gives up.

"udp-tls": alice over UDP, bob over TLS.
"""
from baresip import LISTEN_PORT
from deadline import wait_for
from ladder import call_both_ways
from neighbourhood import PUBLIC, SERVER
from run import run, step
from street import SETTLE_S, Street

FLOW_TIMER_S = 20


def check_nat(street):
    """The NATs must really be in the way, or the calls prove nothing."""
    for side, nat in street.net.nats.items():
        seen = wait_for(f"packets from home {side}", lambda: street.from_home(side), SETTLE_S)
        ports = {p.source[1] for p in seen}
        mapped = LISTEN_PORT not in ports and all(port in nat.ports for port in ports)
        assert mapped, f"home {side} was seen with ports {ports}"


def check_keepalive(street):
    """RFC 5626 §4.4: the UA pings after at most Flow-Timer, and flowgate answers each time."""
    for side, home in PUBLIC.items():
        wanted = 2 if street.transports[side] == "udp" else 1  # over UDP baresip sends the first one at once
        for kind, source, destination in (("ping", home, SERVER), ("pong", SERVER, home)):

            def enough():
                return len(street.keepalives(kind, source, destination)) >= wanted

            wait_for(f"{wanted} keepalive {kind} from {source} to {destination}", enough, FLOW_TIMER_S + 5)


def check_gruus(street):
    """RFC 5627 §4.4: each dialog's remote target is the other's GRUU, so that is where the BYEs went."""
    for phone, other in ((street.alice, street.bob), (street.bob, street.alice)):
        assert f"BYE {other.aor};gr=" in phone.log(), f"{phone.aor} sent no BYE to the GRUU of {other.aor}"


def check_calls(options, directory, evidence):
    with Street(options, directory, evidence, flow_timer=FLOW_TIMER_S) as street:
        step(f"both registered over {options.transport}")
        check_nat(street)
        call_both_ways(street.alice, street.bob)
        check_gruus(street)
        step("waiting for keepalives")
        check_keepalive(street)
        rung = [phone.seen("CALL_INCOMING") for phone in (street.alice, street.bob)]
        assert rung == [4, 4], "somebody rang too often"


if __name__ == "__main__":
    run(check_calls, limit_s=170, transport=["udp", "tcp", "tls", "udp-tcp", "udp-tls", "tcp-tls"])
