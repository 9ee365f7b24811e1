#!/usr/bin/env python3
"""Two flowgates that ask for passwords share a Redis; each has a baresip behind a NAT. The phones call each other while
the nodes trust one another, and do not get through when they do not: the second node asks as well, and the answer to that
is for the first."""
import os

from digest_call import PASSWORDS, write_users
from ladder import SETTLE_S, call_both_ways
from namespaces import require_programs
from neighbourhood import SERVER
from redis_phones import Town
from run import run, step

DIGEST = """\
  authentication: digest
  algorithms: [MD5]
  users: ../../{users}
"""


class DigestTown(Town):
    trusted = ""

    def template(self, template):
        return template + DIGEST.format(users=write_users(self.directory)) + self.trusted

    def login(self, side):
        return f";auth_pass={PASSWORDS[side]}"


class TrustingTown(DigestTown):
    trusted = f"trusted: [{SERVER}]\n"


def check_trusting(options, directory, evidence):
    with TrustingTown(options, directory, evidence) as town:
        step(f"the nodes trust one another, over {options.transport}")
        call_both_ways(town.alice, town.bob)


def check_others(options, directory, evidence):
    with DigestTown(options, directory, evidence) as town:
        step("the nodes do not trust one another")
        closed = town.alice.seen("CALL_CLOSED")
        town.alice.dial(town.bob.aor)
        town.alice.wait_for_event("CALL_CLOSED", closed + 1, SETTLE_S)
        reason = town.alice.last("CALL_CLOSED")
        assert reason.startswith("407"), reason
        assert town.bob.seen("CALL_INCOMING") == 0, "bob was called"


def check(options, directory, evidence):
    require_programs("redis-server")
    for part in (check_trusting, check_others):
        own = os.path.join(directory, part.__name__)
        os.mkdir(own)
        part(options, own, evidence)


if __name__ == "__main__":
    run(check, limit_s=110, transport=["udp", "tcp", "udp-tcp"])
