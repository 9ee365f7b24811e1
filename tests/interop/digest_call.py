#!/usr/bin/env python3
"""Two baresips behind NATs know their passwords: both register, and call each other both ways. By MD5 alone: that of
Debian 12 fails on a challenge for SHA-256, even behind one for MD5."""
import os

from baresip import Account, Baresip
from digest_client import configuration
from flowgate import Flowgate
from ladder import talk
from neighbourhood import SERVER
from run import run, step
from street import DOMAIN, INSTANCES, PORTS, USERS, Street

PASSWORDS = {"a": "ecila", "b": "bob"}


class DigestStreet(Street):
    def build_flowgate(self, listen):
        with open(os.path.join(self.directory, "users.yaml"), "w") as f:
            f.writelines(f"{USERS[side]}: {password}\n" for side, password in PASSWORDS.items())
        return Flowgate(
            self.options.flowgate,
            self.directory,
            listen,
            namespace=self.net.public,
            template=configuration("../users.yaml", "MD5"),
        )

    def move_in(self, side):
        transport = self.transports[side]
        edge = f"{SERVER}:{PORTS[transport]}"
        more = f";auth_pass={PASSWORDS[side]}"
        account = Account(USERS[side], DOMAIN, edge, transport, INSTANCES[side], self.regint, more)
        phone = Baresip(self.net.homes[side], self.directory, account)
        self.evidence.add(f"{phone.aor}: log", lambda: phone.log()[-8000:])
        return phone


def check_calls(options, directory, evidence):
    with DigestStreet(options, directory, evidence) as street:
        step(f"both registered over {options.transport}")
        talk(street.alice, street.bob, street.alice)
        step("bob calls back, and hangs up")
        talk(street.bob, street.alice, street.bob)


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp", "tls"])
