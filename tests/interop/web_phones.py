#!/usr/bin/env python3
"""JsSIP, SIP.js and a baresip over UDP call each other, behind NATs; the web phones lose their connection and come
back."""
import contextlib
import os
import re

from baresip import Account as BaresipAccount
from baresip import Baresip
from capture import Capture
from deadline import wait_for
from flowgate import Flowgate
from ladder import give_up, talk
from namespaces import require_programs
from neighbourhood import SERVER, Neighbourhood
from run import run, step
from user_agent import header
from web_phone import Account, WebPhone, install

DOMAIN = "example.com"
PORTS = {"udp": 5060, "ws": 8080, "wss": 8443}
INSTANCE = "00000000-0000-4000-8000-0000000000"
SETTLE_S = 15


class Neighbours:
    """alice has JsSIP, carol SIP.js, both in one home; bob in the other has a baresip. All are registered."""

    def __init__(self, options, directory, evidence):
        self.options, self.directory, self.evidence = options, directory, evidence
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        require_programs("ip", "nft", "conntrack", "openssl", "baresip")
        folder = install(self.options.flowgate)
        with contextlib.ExitStack() as stack:
            self.net = stack.enter_context(Neighbourhood())
            self.capture = stack.enter_context(Capture(self.net.public, "net0"))
            self.evidence.add("on the public network", self.capture.ladder)
            listen = [f"{transport}:{SERVER}:{port}" for transport, port in PORTS.items()]
            self.flowgate = stack.enter_context(
                Flowgate(self.options.flowgate, self.directory, listen, namespace=self.net.public)
            )
            self.evidence.add("flowgate's log", self.flowgate.tail)
            self.alice = stack.enter_context(self.web_phone("jssip", folder, "alice", "aa"))
            self.carol = stack.enter_context(self.web_phone("sipjs", folder, "carol", "cc"))
            self.bob = stack.enter_context(self.baresip("bob", "bb"))
            for phone in (self.alice, self.bob, self.carol):
                self.evidence.add(f"{phone.aor}: events", phone.story)
            for phone in (self.alice, self.bob, self.carol):
                phone.wait_until_registered(SETTLE_S)
            self.stack = stack.pop_all()
        return self

    def web_phone(self, library, folder, user, suffix):
        transport = self.options.transport
        url = f"{transport}://{SERVER}:{PORTS[transport]}/sip"
        ca = os.path.join(self.flowgate.directory, "cert.pem") if transport == "wss" else None
        account = Account(user, DOMAIN, url, INSTANCE + suffix, ca)
        return WebPhone(library, folder, self.net.homes["a"], self.directory, account)

    def baresip(self, user, suffix):
        account = BaresipAccount(user, DOMAIN, f"{SERVER}:{PORTS['udp']}", "udp", INSTANCE + suffix, 60)
        return Baresip(self.net.homes["b"], self.directory, account)

    def __exit__(self, *exception):
        return self.stack.__exit__(*exception)


def gruu(phone):
    """The one in its last 200 to a REGISTER."""
    answers = [m for m in phone.messages("RECEIVED") if re.search(r"^CSeq: \d+ REGISTER\r$", m, re.M)]
    return re.search(r'pub-gruu="([^"]+)"', answers[-1])[1]


def check_gruu(phone, other):
    """RFC 5627 §4.4: it is the Contact of each INVITE and 200, and where requests in the dialog come to."""
    invites = [m for m in phone.messages("SENT") if m.startswith("INVITE ")]
    assert invites, f"{phone.aor} has sent no INVITE"
    for invite in invites:
        assert f"<{gruu(phone)}" in header(invite, "Contact")[0], invite
    byes = [m for m in other.messages("SENT") if m.startswith("BYE ")]
    assert any(m.startswith(f"BYE {gruu(phone)}") for m in byes), f"no BYE to {gruu(phone)}: {byes}"


def check_record_routes(phone, transport):
    """RFC 7118 §5.2: what a web phone is to put into Route says ws, over TLS as well."""
    answers = [m for m in phone.messages("RECEIVED") if header(m, "Record-Route")]
    for answer in answers:
        routes = ",".join(header(answer, "Record-Route"))
        assert f"{SERVER}:{PORTS[transport]};transport=ws;lr>" in routes, answer
    assert answers, f"{phone.aor} has seen no Record-Route"


def check_keepalive(phone):
    """SIP.js sends CRLF CRLF in a text message, and gets CRLF in one."""
    wait_for("a ping of SIP.js", lambda: "\r\n\r\n" in phone.messages("SENT"), SETTLE_S)
    wait_for("a pong", lambda: "\r\n" in phone.messages("RECEIVED"), SETTLE_S)


def check_reconnect(caller, phone):
    """The binding is replaced: it rings once, at the new connection."""
    registered = phone.seen("REGISTER_OK")
    phone.lose_socket()
    phone.wait_until_registered(SETTLE_S, registered + 1)
    answers = [m for m in phone.messages("RECEIVED") if "reg-id=1" in m]
    assert len(header(answers[-1], "Contact")) == 1, answers[-1]
    talk(caller, phone, caller)


def check_phones(options, directory, evidence):
    with Neighbours(options, directory, evidence) as home:
        alice, bob, carol = home.alice, home.bob, home.carol
        step(f"all registered, the web phones over {options.transport}")
        check_keepalive(carol)
        for caller, callee in ((alice, bob), (bob, alice), (carol, bob), (bob, carol), (alice, carol), (carol, alice)):
            for who in (caller, callee):
                step(f"{caller.aor} calls {callee.aor}, {who.aor} hangs up")
                talk(caller, callee, who)
                step(f"{caller.aor} calls {callee.aor}, {who.aor} gives up while it rings")
                give_up(caller, callee, who)
        check_gruu(alice, carol)
        check_gruu(carol, alice)
        for phone in (alice, carol):
            check_record_routes(phone, options.transport)
            step(f"{phone.aor} loses its connection")
            check_reconnect(bob, phone)


if __name__ == "__main__":
    run(check_phones, limit_s=170, transport=["ws", "wss"])
