#!/usr/bin/env python3
"""A UDP socket is closed without a word: ICMP says so, and the next flow of the instance is tried at once."""
import time

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent, header

ALICE, BOB, OFFICE = (f"sip:{user}@example.com" for user in ("alice", "bob", "office"))
INSTANCE = "urn:uuid:00000000-0000-4000-8000-00000000000b"
# The kernel gives each flow to some shard: the one that learns of the error is not always the one that has sent.
ROUNDS = 8
# Far less than the silence after which the next flow is tried anyway (timers.branch_timeout_ms).
AT_ONCE_S = 1


def check_next_flow(edge):
    with UserAgent("udp", edge) as second, UserAgent("udp", edge) as alice:
        register(second, BOB, 2)
        with UserAgent("udp", edge) as first:
            register(first, OFFICE, 1)
            register(first, BOB, 1)
        begin = time.monotonic()
        alice.request("MESSAGE", BOB, ALICE)
        request = second.receive_message()
        took_s = time.monotonic() - begin
        assert request.startswith("MESSAGE sip:bob@"), request
        assert took_s < AT_ONCE_S, f"{took_s:.3f} s"
        # RFC 5626 §7: "regardless of AOR".
        assert not bindings(second, OFFICE)
        assert len(bindings(second, BOB)) == 1
        second.answer(request, "200 OK")
        answer = alice.receive_message()
        assert answer.startswith("SIP/2.0 200 "), answer


def register(agent, aor, reg_id):
    answer = agent.register(aor, instance=INSTANCE, reg_id=reg_id)
    assert answer.startswith("SIP/2.0 200 "), answer


def bindings(agent, aor):
    agent.request("REGISTER", "sip:example.com", aor, to=aor)
    answer = agent.receive_message()
    assert answer.startswith("SIP/2.0 200 "), answer
    return header(answer, "Contact")


def check_unreachable(options, directory, evidence):
    require_programs("openssl")
    edges = {address: (address, free_port(address)) for address in ("127.0.0.1", "::1")}
    listen = [f"udp:{f'[{address}]' if ':' in address else address}:{port}" for address, port in edges.values()]
    with Flowgate(options.flowgate, directory, listen, more="threads: 4\n") as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        for address, edge in edges.items():
            for number in range(ROUNDS):
                step(f"{address}, {number + 1} of {ROUNDS}")
                check_next_flow(edge)


if __name__ == "__main__":
    run(check_unreachable, limit_s=100)
