#!/usr/bin/env python3
"""Linphone behind a NAT, and another Linphone or a baresip behind another one: both register, call each other both
ways, either side hangs up, cancels or declines; two Linphones send each other messages, too."""
import os

from baresip import Account
from deadline import wait_for
from ladder import call_both_ways
from linphone import KEEPALIVE_S, Linphone
from namespaces import require_programs
from neighbourhood import PUBLIC, SERVER
from run import run, step
from street import DOMAIN, INSTANCES, SETTLE_S, USERS, Street

PHONES = {"linphone": ("a", "b"), "baresip": ("a",)}  # bob's phone: who has a Linphone


class LinphoneStreet(Street):
    def move_in(self, side):
        if side not in PHONES[self.options.bob]:
            return super().move_in(side)
        require_programs("linphone-daemon")
        transport = self.transports[side]
        account = Account(USERS[side], DOMAIN, self.edge_of(side), transport, INSTANCES[side], self.regint)
        certificate = os.path.join(self.flowgate.directory, "cert.pem")
        phone = Linphone(self.net.homes[side], self.directory, account, certificate)
        self.evidence.add(f"{phone.aor}: log", lambda: phone.log()[-16000:])
        self.evidence.add(f"{phone.aor}: events", phone.story)
        return phone


def check_messages(alice, bob):
    for sender, recipient in ((alice, bob), (bob, alice)):
        text = f"a word from {sender.aor}"
        sender.send_message(recipient.aor, text)
        wait_for("the message", lambda: recipient.messages() == [(sender.aor, text)], SETTLE_S)


def check_gruu(phone, other):
    """RFC 5627 §4.4: the GRUU that it was given is the remote target of its dialogs."""
    assert f"BYE {phone.aor};gr=" in other.log(), f"{other.aor} sent no BYE to the GRUU of {phone.aor}"


def check_pongs(street, side):
    """The 200 lists outbound as supported: that is what switches Linphone's pings on. Each is answered on a stream."""

    def enough():
        pings = street.keepalives("ping", PUBLIC[side], SERVER)
        return pings and len(street.keepalives("pong", SERVER, PUBLIC[side])) >= len(pings)

    wait_for("a pong to each ping", enough, 3 * KEEPALIVE_S)


def check_calls(options, directory, evidence):
    with LinphoneStreet(options, directory, evidence) as street:
        step(f"both registered over {options.transport}")
        call_both_ways(street.alice, street.bob)
        check_gruu(street.alice, street.bob)
        if options.bob == "linphone":
            check_messages(street.alice, street.bob)
        if options.transport == "tcp":
            check_pongs(street, "a")
        rung = [phone.seen("CALL_INCOMING") for phone in (street.alice, street.bob)]
        assert rung == [4, 4], "somebody rang too often"


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp", "tls"], bob=["linphone", "baresip"])
