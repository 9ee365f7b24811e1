#!/usr/bin/env python3
"""Subscriptions to a registration (RFC 3680), in all shards at once: what happens in one is told by the others."""
import os
import re
import xml.etree.ElementTree as xml

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent, header

ALICE = "sip:alice@example.com"
WATCHERS = 8
NAMESPACES = {"r": "urn:ietf:params:xml:ns:reginfo", "gr": "urn:ietf:params:xml:ns:gruuinfo"}


class Watcher(UserAgent):
    """A device of alice's that is registered and watches her registration."""

    def __init__(self, transport, edge):
        super().__init__(transport, edge)
        self.instance = "urn:uuid:00000000-0000-4000-8000-" + self.token
        answer = self.register(ALICE, instance=self.instance)
        assert answer.startswith("SIP/2.0 200 "), answer

    def subscribe(self):
        self.dialog = {"target": ALICE, "from": f"<{ALICE}>;tag={self.token}", "to": f"<{ALICE}>", "cseq": 0}
        self.dialog["call_id"] = "watch-" + self.token
        answer = self.send_subscribe(self.dialog, 600)
        self.dialog["to"] = header(answer, "To")[0]
        self.dialog["target"] = header(answer, "Contact")[0].strip("<>")
        return self.take_notify()

    def send_subscribe(self, dialog, expires):
        dialog["cseq"] += 1
        lines = [
            f"SUBSCRIBE {dialog['target']} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.host_port};branch=z9hG4bK{os.urandom(6).hex()};rport",
            f"From: {dialog['from']}",
            f"To: {dialog['to']}",
            f"Call-ID: {dialog['call_id']}",
            f"CSeq: {dialog['cseq']} SUBSCRIBE",
            f"Contact: <sip:alice@{self.host_port};transport={self.transport}>",
            "Max-Forwards: 70",
            "Event: reg",
            f"Expires: {expires}",
            "Content-Length: 0",
        ]
        self.send("\r\n".join(lines + ["", ""]).encode())
        answer, _ = self.receive_with_body()
        assert answer.startswith("SIP/2.0 200 "), answer
        assert header(answer, "Expires") == [str(expires)], answer
        return answer

    def take_notify(self):
        """Subscription-State and the document."""
        request, body = self.receive_with_body()
        assert request.startswith("NOTIFY sip:alice@"), request
        self.answer(request, "200 OK")
        return header(request, "Subscription-State")[0], xml.fromstring(body)

    def receive_with_body(self):
        self.socket.settimeout(10)
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        while not separator:
            self.received += self.receive()
            head, separator, rest = self.received.partition(b"\r\n\r\n")
        size = int(header(head.decode() + "\r\n", "Content-Length")[0])
        while len(rest) < size:
            rest += self.receive()
        self.received = rest[size:]
        return head.decode() + "\r\n\r\n", rest[:size]


def contacts(document):
    return document.findall("r:registration/r:contact", NAMESPACES)


def check_first(watchers):
    step("each is told the full state")
    for watcher in watchers:
        state, document = watcher.subscribe()
        assert re.fullmatch(r"active;expires=\d+", state), state
        assert document.get("version") == "0" and document.get("state") == "full", document.attrib
        assert len(contacts(document)) == WATCHERS, xml.tostring(document)
        for contact in contacts(document):
            gruu = contact.find("gr:pub-gruu", NAMESPACES).get("uri")
            assert gruu.startswith(ALICE + ";gr=urn:uuid:"), gruu


def check_change(watchers, version, state, event):
    for watcher in watchers:
        _, document = watcher.take_notify()
        assert document.get("version") == version and document.get("state") == "partial", document.attrib
        (contact,) = contacts(document)
        assert (contact.get("state"), contact.get("event")) == (state, event), contact.attrib


def check_end(watchers):
    step("a request in the dialog finds its shard, whichever flow it comes over")
    for watcher, other in zip(watchers, watchers[1:] + watchers[:1]):
        other.send_subscribe(watcher.dialog, 0)
        state, document = other.take_notify()
        assert state == "terminated;reason=timeout", state
        assert document.get("version") == "3" and document.get("state") == "full", document.attrib


def check_reg_event(options, directory, evidence):
    require_programs("openssl")
    port = free_port()
    edge = ("127.0.0.1", port)
    listen = [f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}"]
    with Flowgate(options.flowgate, directory, listen, more="threads: 4\n") as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        watchers = [Watcher("tcp" if i % 2 else "udp", edge) for i in range(WATCHERS)]
        try:
            check_first(watchers)
            with Watcher("tcp", edge):
                step("each is told of a device that comes")
                check_change(watchers, "1", "active", "registered")
            step("each is told of a device whose connection is closed")
            check_change(watchers, "2", "terminated", "deactivated")
            check_end(watchers)
        finally:
            for watcher in watchers:
                watcher.socket.close()


if __name__ == "__main__":
    run(check_reg_event, limit_s=100)
