#!/usr/bin/env python3
"""One edge before two registrars that DNS names (RFC 3263 §4.2): the first of them serves, and when it has died the
second one does, for the same phone over the same flow."""
import os

from flowgate import Flowgate, free_port
from name_server import A, SRV, NameServer, a, srv
from run import run, step
from user_agent import UserAgent, header

PHONE = "sip:phone@example.com"
INSTANCE = "urn:uuid:00000000-0000-4000-8000-0000000000ab"
CORE = """\
roles: [registrar]
domains: [{domain}]
listen: [{listen}]
"""
EDGE = """\
roles: [edge]
domains: [{domain}]
listen: [{listen}]
edge: {{flow_timer: {flow_timer}, next_hop: "sip:core.example.net;lr;transport=TRANSPORT"}}
dns: {{servers: ["SERVER"]}}
"""


def start(options, directory, name, port, template):
    own = os.path.join(directory, name)
    os.mkdir(own)
    return Flowgate(
        options.flowgate, own, [f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}"], template=template
    )


def test(options, directory, evidence):
    ports = {name: free_port() for name in ("first", "second", "edge")}
    service = f"_sip._{options.transport}.core.example.net"
    records = {
        (service, SRV): [srv(20, 0, ports["second"], "b.example.net"), srv(10, 0, ports["first"], "a.example.net")],
        ("a.example.net", A): [a("127.0.0.1")],
        ("b.example.net", A): [a("127.0.0.1")],
    }
    with NameServer(records) as names:
        edge = EDGE.replace("TRANSPORT", options.transport).replace("SERVER", names.address)
        first = start(options, directory, "first", ports["first"], CORE)
        try:
            with start(options, directory, "second", ports["second"], CORE):
                with start(options, directory, "edge", ports["edge"], edge) as gate:
                    evidence.add("edge", gate.tail)
                    serve(options.transport, ports["edge"], first)
                    assert (service, SRV) in names.asked, names.asked
        finally:
            first.process.stop()


def contacts(phone):
    phone.request("REGISTER", "sip:example.com", PHONE, to=PHONE)
    answer = phone.receive_message()
    assert answer.startswith("SIP/2.0 200 "), answer
    return header(answer, "Contact")


def serve(transport, port, first):
    with UserAgent(transport, ("127.0.0.1", port)) as phone:
        assert phone.register(PHONE, instance=INSTANCE).startswith("SIP/2.0 200 ")
        assert len(contacts(phone)) == 1
        step("registered with the first")

        first.process.stop()
        assert contacts(phone) == []
        step("asked the second, which knows nothing of it yet")
        answer = phone.register(PHONE, instance=INSTANCE)
        assert answer.startswith("SIP/2.0 200 ") and len(header(answer, "Contact")) == 1, answer
        phone.request("OPTIONS", PHONE, "sip:someone@example.com")
        options = phone.receive_message()
        assert options.startswith("OPTIONS "), options
        phone.answer(options, "200 OK")
        assert phone.receive_message().startswith("SIP/2.0 200 ")
        step("registered with the second, and reached through it")


if __name__ == "__main__":
    run(test, 60, transport=["udp", "tcp"])
