#!/usr/bin/env python3
"""Two edges before one registrar, three processes: a device with a flow through each of them is called; the edge that
the call came through dies in mid-dialog, and the BYE comes through the other one."""
import os

from flowgate import Flowgate, free_port
from run import run, step
from user_agent import UserAgent, header

CALLEE = "sip:callee@example.com"
CALLER = "sip:caller@example.com"
INSTANCE = "urn:uuid:00000000-0000-4000-8000-0000000000ca"
CORE = """\
roles: [registrar]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
timers: {{branch_timeout_ms: 1000}}
"""
EDGE = """\
roles: [edge]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
edge: {{flow_timer: {flow_timer}, next_hop: "sip:127.0.0.1:CORE;lr"}}
"""
NEEDED = "Via", "Record-Route", "From", "To", "Call-ID", "CSeq"


class Host:
    """A flowgate on one port of UDP and TCP, and on one of TLS."""

    def __init__(self, program, directory, name, template):
        self.port, self.tls_port = free_port(), free_port()
        own = os.path.join(directory, name)
        os.mkdir(own)
        address = "127.0.0.1"
        listen = [f"udp:{address}:{self.port}", f"tcp:{address}:{self.port}", f"tls:{address}:{self.tls_port}"]
        self.server = Flowgate(program, own, listen, template=template)

    def at(self, transport):
        return "127.0.0.1", self.tls_port if transport == "tls" else self.port


def answer_invite(device, invite, gruu):
    """200 with the GRUU as Contact, as a user agent that was given one does (RFC 5627 §4.4)."""
    lines = ["SIP/2.0 200 OK"]
    for name in NEEDED:
        for value in header(invite, name):
            lines.append(f"{name}: {value};tag=callee" if name == "To" else f"{name}: {value}")
    lines += [f"Contact: <{gruu}>", "Content-Length: 0", "", ""]
    device.send("\r\n".join(lines).encode())


def within(caller, method, number, answer, target):
    """A request of the caller's in the dialog that `answer` began."""
    lines = [
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/{caller.transport.upper()} {caller.host_port};branch=z9hG4bK{os.urandom(6).hex()};rport",
        *(f"Route: {value}" for value in reversed(header(answer, "Record-Route"))),
        f"From: {header(answer, 'From')[0]}",
        f"To: {header(answer, 'To')[0]}",
        f"Call-ID: {header(answer, 'Call-ID')[0]}",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    caller.send("\r\n".join(lines + ["", ""]).encode())


def receive(agent, start):
    """The next message that begins so; 100 Trying and what is sent again are passed over."""
    while True:
        message = agent.receive_message()
        if message.startswith(start):
            return message
        assert message.startswith("SIP/2.0 100 ") or " INVITE sip" in message or "CSeq: 1 " in message, message


def test(options, directory, evidence):
    core = Host(options.flowgate, directory, "core", CORE)
    edge = EDGE.replace("CORE", str(core.port))
    hosts = {name: Host(options.flowgate, directory, name, edge) for name in ("west", "east")}
    evidence.add("registrar", core.server.tail)
    with core.server, hosts["east"].server:
        west = hosts["west"]
        try:
            call(options.transport, west, hosts["east"])
        finally:
            west.server.process.stop()


def call(transport, west, east):
    with UserAgent(transport, east.at(transport)) as backup, UserAgent(transport, west.at(transport)) as primary:
        with UserAgent("udp", east.at("udp")) as caller:
            for device, reg_id in ((backup, 2), (primary, 1)):
                answer = device.register(CALLEE, instance=INSTANCE, reg_id=reg_id)
                assert answer.startswith("SIP/2.0 200 "), answer
                assert header(answer, "Require") == ["outbound"] and header(answer, "Flow-Timer") == ["120"], answer
            contact = next(c for c in header(answer, "Contact") if ";reg-id=1" in c)
            gruu = contact.split('pub-gruu="')[1].split('"')[0]
            assert caller.register(CALLER).startswith("SIP/2.0 200 ")
            step("registered over both edges")

            caller.request("INVITE", CALLEE, CALLER, contact=f"<sip:caller@{caller.host_port}>")
            invite = receive(primary, "INVITE sip:callee@")
            assert len(header(invite, "Record-Route")) >= 4, invite
            answer_invite(primary, invite, gruu)
            accepted = receive(caller, "SIP/2.0 200 ")
            number = header(accepted, "CSeq")[0].split()[0]
            within(caller, "ACK", number, accepted, gruu)
            receive(primary, "ACK sip:callee@")
            step("called through the one whose registration is the newest")

            west.server.process.stop()
            within(caller, "BYE", int(number) + 1, accepted, gruu)
            bye = receive(backup, "BYE sip:callee@")
            backup.answer(bye, "200 OK")
            receive(caller, "SIP/2.0 200 ")
            step("the BYE came through the other edge")


if __name__ == "__main__":
    run(test, 60, transport=["udp", "tcp", "tls"])
