#!/usr/bin/env python3
"""Two baresips behind NATs know their passwords: both register, and call each other both ways. By MD5 alone: that of
Debian 12 fails on a challenge for SHA-256, even behind one for MD5."""
import os

from digest_client import configuration
from flowgate import Flowgate
from ladder import talk
from run import run, step
from street import USERS, Street

PASSWORDS = {"a": "ecila", "b": "bob"}


class DigestStreet(Street):
    def build_flowgate(self, listen):
        return Flowgate(
            self.options.flowgate,
            self.directory,
            listen,
            namespace=self.net.public,
            template=configuration(write_users(self.directory), "MD5"),
        )

    def login(self, side):
        return f";auth_pass={PASSWORDS[side]}"


def write_users(directory):
    """The file, as the configuration of a server in the folder below names it."""
    with open(os.path.join(directory, "users.yaml"), "w") as f:
        f.writelines(f"{USERS[side]}: {password}\n" for side, password in PASSWORDS.items())
    return "../users.yaml"


def check_calls(options, directory, evidence):
    with DigestStreet(options, directory, evidence) as street:
        step(f"both registered over {options.transport}")
        talk(street.alice, street.bob, street.alice)
        step("bob calls back, and hangs up")
        talk(street.bob, street.alice, street.bob)


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp", "tls"])
