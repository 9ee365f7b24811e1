#!/usr/bin/env python3
"""Bob's phone has two flows, over UDP and over TCP, and his router forgets the TCP connection: a call tries it, gets
a 430 from the edge, and comes down the other flow, once.

The edge or the registrar is a Kamailio.
"""
import re

from baresip import Account, Baresip
from deadline import wait_for
from kamailio_street import REGISTRAR, KamailioStreet
from ladder import SETTLE_S, talk
from neighbourhood import PUBLIC, SERVER
from run import run, step
from street import DOMAIN, INSTANCES, PORTS, USERS

# What the router says of packets for connections that it does not know.
RESET = (
    "insert rule ip filter input iifname wan meta l4proto tcp ct state new,invalid reject with tcp reset\n"
)
# Until it goes, no connection comes through; the phone's kernel tries again within seconds.
NO_TCP = """
table ip late {
  chain forward {
    type filter hook forward priority -1
    ip protocol tcp drop
  }
}
"""
REGINT_S = 900
REGISTERED = re.compile(r"\{(\d)/\w+/v4\} 200 ")


class TwoFlowStreet(KamailioStreet):
    def move_in(self, side):
        if side == "a":
            return super().move_in(side)
        self.net.nats[side].namespace.run(["nft", "-f", "-"], NO_TCP)
        edge = f"{SERVER}:{PORTS['tcp']}"
        second = f';outbound2="sip:{edge};transport=tcp"'
        account = Account(USERS[side], DOMAIN, edge, "udp", INSTANCES[side], self.regint, second)
        phone = Baresip(self.net.homes[side], self.directory, account)
        self.evidence.add(f"{phone.aor}: log", lambda: phone.log()[-8000:])
        return phone


def check_next_flow(options, directory, evidence):
    with TwoFlowStreet(options, directory, evidence, regint=REGINT_S) as street:
        alice, nat = street.alice, street.net.nats["b"].namespace
        bob = prefer_tcp(street, nat)
        step("bob has registered over two flows, and is called over TCP")
        rung = bob.seen("CALL_INCOMING")
        nat.run(["nft", "-f", "-"], RESET)
        nat.run(["conntrack", "-D", "-p", "tcp"])
        step("bob's router has forgotten the TCP connection")
        talk(alice, bob, alice)
        street.wait_for_message("SIP/2.0 430 ", SERVER, REGISTRAR)
        talk(alice, bob, bob)
        assert bob.seen("CALL_INCOMING") == rung + 2, "bob rang too often"


def prefer_tcp(street, nat):
    """Calls go down the flow that was registered last: the one over TCP, which his router has held back."""
    bob = street.bob
    wait_for("bob's flow over UDP", lambda: flows(bob) == {"1"}, SETTLE_S)
    nat.run(["nft", "delete", "table", "ip", "late"])
    wait_for("both of bob's flows", lambda: flows(bob) == {"1", "2"}, SETTLE_S)
    talk(street.alice, bob, street.alice)
    street.wait_for_message("INVITE ", SERVER, PUBLIC["b"])
    protocol = invites_to_bob(street)[-1].protocol
    assert protocol == "TCP", protocol
    return bob


def flows(phone):
    """The numbers of those that it has registered over."""
    return set(REGISTERED.findall(phone.log()))


def invites_to_bob(street):
    return street.capture.select(
        lambda p: p.destination[0] == PUBLIC["b"] and p.payload.startswith(b"INVITE ")
    )


if __name__ == "__main__":
    run(check_next_flow, limit_s=110, edge=["flowgate", "kamailio"], transport=["udp"])
