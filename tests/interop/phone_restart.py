#!/usr/bin/env python3
"""Bob's phone loses its power and starts again: its new binding replaces the old one, and it rings once."""
import re

from ladder import talk
from run import run, step
from street import Street

CONTACT = re.compile(r"^Contact: <sip:(bob-[^@]+)@", re.M)


def check_restart(options, directory, evidence):
    with Street(options, directory, evidence) as street:
        step(f"both registered over {options.transport}")
        alice = street.alice
        talk(alice, street.bob, alice)
        # RFC 5626 §6: the Contact URI is another one after the restart (its user part holds an address in the
        # process); only the instance-id and reg-id tell that the old binding is to be replaced.
        before = set(CONTACT.findall(street.bob.log()))
        bob = street.restart("b")
        after = set(CONTACT.findall(bob.log()))
        assert before and after and not before & after, f"Contacts before {before}, after {after}"
        step("bob's phone has restarted")
        talk(alice, bob, alice)
        talk(bob, alice, bob)
        assert bob.seen("CALL_INCOMING") == 1, "bob rang more than once"


if __name__ == "__main__":
    run(check_restart, limit_s=110, transport=["udp", "tcp", "tls"])
