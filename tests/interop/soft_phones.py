#!/usr/bin/env python3
"""Phones of two kinds, or two of a kind, each behind a NAT: both register, call each other both ways, either side hangs
up, cancels or declines; those that can send messages do so. With passwords (--users digest) they are asked for
SHA-256 first, and for MD5."""
import os

from baresip import Account
from deadline import wait_for
from digest_call import PASSWORDS, write_users
from digest_client import configuration
from flowgate import Flowgate
from ladder import call_both_ways
from linphone import KEEPALIVE_S, Linphone
from namespaces import require_programs
from neighbourhood import PUBLIC, SERVER
from run import run, step
from street import DOMAIN, INSTANCES, SETTLE_S, USERS, Street
from twinkle import Twinkle


class SoftPhones(Street):
    """options.phones: alice's and bob's, with a "-" between them."""

    def build_flowgate(self, listen):
        if self.options.users == "any":
            return super().build_flowgate(listen)
        template = configuration(write_users(self.directory))
        program, public = self.options.flowgate, self.net.public
        return Flowgate(program, self.directory, listen, namespace=public, template=template)

    def move_in(self, side):
        alice, bob = self.options.phones.split("-")
        kind = {"a": alice, "b": bob}[side]
        if kind == "baresip":
            return super().move_in(side)
        phone = {"linphone": self.linphone, "twinkle": self.twinkle}[kind](self.net.homes[side], side)
        self.evidence.add(f"{phone.aor}: log", lambda: phone.log()[-16000:])
        self.evidence.add(f"{phone.aor}: events", phone.story)
        return phone

    def linphone(self, home, side):
        require_programs("linphone-daemon")
        certificate = os.path.join(self.flowgate.directory, "cert.pem")
        return Linphone(home, self.directory, self.account(side), certificate)

    def twinkle(self, home, side):
        require_programs("twinkle-console")
        return Twinkle(home, self.directory, self.account(side))

    def account(self, side):
        transport = self.transports[side]
        password = PASSWORDS[side] if self.options.users == "digest" else ""
        edge, instance = self.edge_of(side), INSTANCES[side]
        return Account(USERS[side], DOMAIN, edge, transport, instance, self.regint, password=password)


def check_messages(alice, bob):
    for sender, recipient in ((alice, bob), (bob, alice)):
        text = f"from:{sender.aor}"  # one word: of several Twinkle sends the last
        sender.send_message(recipient.aor, text)
        wait_for("the message", lambda: recipient.messages() == [(sender.aor, text)], SETTLE_S)


def check_gruu(phone, other):
    """RFC 5627 §4.4: the GRUU that a Linphone was given is the remote target of its dialogs."""
    assert f"BYE {phone.aor};gr=" in other.log(), f"{other.aor} sent no BYE to the GRUU of {phone.aor}"


def check_pongs(street, side):
    """The 200 lists outbound as supported: that is what switches Linphone's pings on. Each is answered on a stream."""

    def enough():
        pings = street.keepalives("ping", PUBLIC[side], SERVER)
        return pings and len(street.keepalives("pong", SERVER, PUBLIC[side])) >= len(pings)

    wait_for("a pong to each ping", enough, 3 * KEEPALIVE_S)


def check_calls(options, directory, evidence):
    with SoftPhones(options, directory, evidence) as street:
        step(f"both registered over {options.transport}")
        call_both_ways(street.alice, street.bob)
        if isinstance(street.alice, Linphone):
            check_gruu(street.alice, street.bob)
            if options.transport == "tcp":
                check_pongs(street, "a")
        if "baresip" not in options.phones:
            check_messages(street.alice, street.bob)
        rung = [phone.seen("CALL_INCOMING") for phone in (street.alice, street.bob)]
        assert rung == [4, 4], "somebody rang too often"


PAIRS = ["linphone-linphone", "linphone-baresip", "linphone-twinkle", "twinkle-twinkle", "twinkle-baresip"]
if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp", "tls"], phones=PAIRS, users=["any", "digest"])
