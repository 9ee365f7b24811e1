#!/usr/bin/env python3
"""Three flowgates on one Redis: who is registered at one is called through another, by AOR and by GRUU; either side
hangs up or gives up; the next flow of an instance is one of another node; a node that was killed comes back."""
import os

from certificate import make_certificate
from deadline import wait_for
from namespaces import require_programs
from nodes import Node, accept, gruu_of, receive, registered, within
from redis_server import Redis
from run import run, step
from user_agent import UserAgent, header

CALLEE, CALLER = "sip:callee@example.com", "sip:caller@example.com"
INSTANCE = "urn:uuid:00000000-0000-4000-8000-0000000000ca"


def call(caller, callee, uri, contact, who):
    """INVITE to BYE; who hangs up."""
    caller.request("INVITE", uri, CALLER, contact=f"<sip:caller@{caller.host_port};transport={caller.transport}>")
    invite = receive(callee, "INVITE ")
    accept(callee, invite, contact)
    answer = receive(caller, "SIP/2.0 200 ")
    number = int(header(answer, "CSeq")[0].split()[0])
    routes, target = header(answer, "Record-Route")[::-1], contact
    names = [header(answer, name)[0] for name in ("From", "To", "Call-ID")]
    within(caller, "ACK", number, target, routes, names)
    receive(callee, "ACK ")
    if who is caller:
        within(caller, "BYE", number + 1, target, routes, names)
        other = callee
    else:
        routes = header(invite, "Record-Route")
        target = header(invite, "Contact")[0].strip("<>")
        names = [names[1], names[0], names[2]]
        within(callee, "BYE", 1, target, routes, names)
        other = caller
    other.answer(receive(other, "BYE "), "200 OK")
    receive(who, "SIP/2.0 200 ")
    next(caller.sequence)


def give_up(caller, callee):
    caller.request("INVITE", CALLEE, CALLER, contact=f"<sip:caller@{caller.host_port}>")
    invite = receive(callee, "INVITE ")
    callee.answer(invite, "180 Ringing")
    receive(caller, "SIP/2.0 180 ")
    branch = f"z9hG4bK{caller.token}{header(invite, 'CSeq')[0].split()[0]}"
    number = header(invite, "CSeq")[0].split()[0]
    lines = [
        f"CANCEL {CALLEE} SIP/2.0",
        f"Via: SIP/2.0/{caller.transport.upper()} {caller.host_port};branch={branch};rport",
        f"From: {header(invite, 'From')[0]}",
        f"To: <{CALLEE}>",
        f"Call-ID: {header(invite, 'Call-ID')[0]}",
        f"CSeq: {number} CANCEL",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    caller.send("\r\n".join(lines + ["", ""]).encode())
    callee.answer(receive(callee, "CANCEL "), "200 OK")
    callee.answer(invite, "487 Request Terminated")
    receive(callee, "ACK ")
    receive(caller, "SIP/2.0 200 ")
    assert receive(caller, "SIP/2.0 487 ")


def message(caller, uri=CALLEE):
    caller.request("MESSAGE", uri, CALLER)


def check_calls(transport, west, east):
    callee, answer = registered(transport, west, CALLEE, INSTANCE)
    with callee, registered(transport, east, CALLER)[0] as caller:
        contact = f"sip:callee@{callee.host_port};transport={transport}"
        public, temporary = gruu_of(answer, "pub-gruu"), gruu_of(answer, "temp-gruu")
        for uri in (CALLEE, public, temporary):
            for own in (contact, public):
                for who in (caller, callee):
                    call(caller, callee, uri, own, who)
        step("calls to the AOR and to both GRUUs, to the Contact and to a GRUU as Contact; either side hung up")
        give_up(caller, callee)
        step("a call was cancelled")


def check_next_flow(transport, west, east, third):
    """Two flows of one instance, at two nodes; the call comes through a third."""
    backup, _ = registered(transport, east, CALLEE, INSTANCE, 2)
    primary, _ = registered(transport, west, CALLEE, INSTANCE, 1)
    with backup, registered(transport, third, CALLER)[0] as caller:
        message(caller)
        primary.answer(receive(primary, "MESSAGE "), "200 OK")
        receive(caller, "SIP/2.0 200 ")
        primary.socket.close()
        message(caller)
        backup.answer(receive(backup, "MESSAGE "), "200 OK")
        receive(caller, "SIP/2.0 200 ")
    step("the next flow of the instance was another node's")


def bindings(node):
    with UserAgent("tcp", node.at("tcp")) as asking:
        asking.request("REGISTER", "sip:example.com", CALLEE, to=CALLEE)
        return len(header(asking.receive_message(), "Contact"))


def check_dead_node(transport, west, east, third):
    """The node of the newest flow is killed; what was registered there over a connection is gone when it is back."""
    backup, _ = registered(transport, east, CALLEE, INSTANCE, 2)
    primary, _ = registered(transport, west, CALLEE, INSTANCE, 1)
    with backup, primary, registered("tcp", third, CALLER)[0] as caller:
        west.kill()
        message(caller)
        backup.answer(receive(backup, "MESSAGE "), "200 OK")
        receive(caller, "SIP/2.0 200 ")
        step("a flow of another node did for that of a dead one")
        west.start()
        expected = 2 if transport == "udp" else 1
        wait_for("the binding of a broken connection to be gone", lambda: bindings(third) == expected, 10)
    step("the node came back and dropped its dead connections, and those only")


def check(options, directory, evidence):
    require_programs("redis-server", "openssl")
    secure = options.redis == "tls"
    if secure:
        make_certificate(directory, "redis.test")
    pair = [os.path.join(directory, f"{name}.pem") for name in ("cert", "key")]
    more = f"tls: {{ca: {pair[0]}, certificate: {pair[0]}, private_key: {pair[1]}, server_name: redis.test}}" if secure else ""
    with Redis(directory, password="secret", tls=pair if secure else None) as redis:
        evidence.add("redis", redis.tail)
        nodes = [Node(options.flowgate, directory, name, redis.url(3), more) for name in ("west", "east", "third")]
        for node in nodes:
            evidence.add(node.name, node.log)
        west, east, third = nodes
        with west, east, third:
            check_calls(options.transport, west, east)
            check_next_flow(options.transport, west, east, third)
            check_dead_node(options.transport, west, east, third)


if __name__ == "__main__":
    run(check, limit_s=110, transport=["udp", "tcp", "tls"], redis=["plain", "tls"])
