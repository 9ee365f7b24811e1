#!/usr/bin/env python3
"""Plain sockets: REGISTER, keepalives, and requests from every transport to every other, over IPv4 and IPv6."""
import re

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from stun import binding_request, mapped_address
from user_agent import UserAgent, header

ALICE, BOB, CAROL = (f"sip:{user}@example.com" for user in ("alice", "bob", "carol"))
INSTANCES = {
    ALICE: "urn:uuid:00000000-0000-4000-8000-00000000000a",
    BOB: "urn:uuid:00000000-0000-4000-8000-00000000000b",
    CAROL: "urn:uuid:00000000-0000-4000-8000-00000000000c",
}


def check_register(name, transport, edge):
    """RFC 5626 §6, RFC 5627 §5.3: the Contact comes back as it was, with a GRUU, and outbound is required."""
    step(f"REGISTER over {name}")
    with UserAgent(transport, edge) as alice:
        answer = register(alice, ALICE)
        own = [contact for contact in header(answer, "Contact") if alice.host_port in contact]
        assert len(own) == 1, answer
        for part in (f'+sip.instance="<{INSTANCES[ALICE]}>"', "reg-id=1", 'pub-gruu="', "expires="):
            assert part in own[0], answer
        assert "outbound" in ",".join(header(answer, "Require")), answer
        assert header(answer, "Flow-Timer") == ["120"], answer


def check_keepalive(name, transport, edge):
    """RFC 5626 §4.4.1 and §4.4.2: STUN over UDP, CRLF CRLF answered by CRLF on streams."""
    step(f"keepalive over {name}")
    with UserAgent(transport, edge) as alice:
        alice.send(b"\r\n\r\n")
        if transport == "udp":  # where it is swallowed: the next answer is the one to STUN
            request = binding_request()
            alice.send(request)
            assert mapped_address(request, alice.receive()) == alice.socket.getsockname()[:2]
        else:
            assert alice.receive() == b"\r\n"


def check_messages(edges):
    """A request reaches bob down the flow that he registered over, and his answer comes back, once each."""
    for name, (transport, edge) in edges.items():
        with UserAgent(transport, edge) as bob:
            register(bob, BOB)
            for from_name, (from_transport, from_edge) in edges.items():
                step(f"MESSAGE from {from_name} to {name}")
                with UserAgent(from_transport, from_edge) as alice:
                    alice.request("MESSAGE", BOB, ALICE)
                    request = bob.receive_message()
                    assert request.startswith("MESSAGE sip:bob@"), request
                    assert len(header(request, "Via")) == 2, request
                    bob.answer(request, "200 OK")
                    answer = alice.receive_message()
                    assert answer.startswith("SIP/2.0 200 "), answer
                    assert len(header(answer, "Via")) == 1, answer


def check_gone_flow(edges):
    """RFC 5626 §5.3: a closed connection is a failed flow; nobody has to wait for a timer to learn it."""
    step("MESSAGE to a closed connection")
    with UserAgent(*edges["tcp 127.0.0.1"]) as carol:
        register(carol, CAROL)
    with UserAgent(*edges["udp 127.0.0.1"]) as alice:
        alice.request("MESSAGE", CAROL, ALICE)
        answer = alice.receive_message()
        assert re.match(r"SIP/2\.0 (430|480) ", answer), answer


def register(agent, aor):
    answer = agent.register(aor, instance=INSTANCES[aor])
    assert answer.startswith("SIP/2.0 200 "), answer
    return answer


def check_smoke(options, directory, evidence):
    require_programs("openssl")
    edges, listen = {}, []
    for address, brackets in (("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")):
        port, web_port = free_port(address), free_port(address)
        ports = {"udp": port, "tcp": port, "tls": port + 1, "ws": web_port, "wss": web_port + 1}
        for transport, its_port in ports.items():
            edges[f"{transport} {address}"] = (transport, (address, its_port))
            listen.append(f"{transport}:{brackets}:{its_port}")
    with Flowgate(options.flowgate, directory, listen) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        for name, (transport, edge) in edges.items():
            check_register(name, transport, edge)
            check_keepalive(name, transport, edge)
        check_messages(edges)
        check_gone_flow(edges)


if __name__ == "__main__":
    run(check_smoke, limit_s=100)
