#!/usr/bin/env python3
"""Killed at random moments under 5000 REGISTER/s, with no good-bye: whatever was acknowledged is there afterwards, with
its expiry, and every temporary GRUU and every flow token of a UDP flow is still good."""
import os
import random
import time

from flowgate import Flowgate, free_port
from invitation import Invitation, receive, send
from register_load import RegisterLoad
from run import run, step
from user_agent import header

ADDRESS = "127.0.0.1"
PER_SECOND = 5000
USERS = 4000
CALLS_AT_MOST = 20


class Call(Invitation):
    """Its route set holds a flow token for each side."""

    def __init__(self, edge, number):
        super().__init__(edge, [f"{role}{number}" for role in ("caller", "callee")])
        self.gruu = header(self.registered, "Contact")[0].split('temp-gruu="')[1].split('"')[0]
        assert len(self.routes) == 2, self.invite

    def check(self, number):
        """A request in the dialog reaches the caller, down the flow in the token; a new one to the callee's temporary
        GRUU reaches the callee."""
        self.message(self.callee, f"sip:{self.caller.host_port}", self.routes, f"call {number}")
        self.expect(self.caller, f"call {number}")
        self.message(self.caller, self.gruu, [], f"gruu {number}")
        self.expect(self.callee, f"gruu {number}")

    def message(self, sender, uri, routes, subject):
        lines = [
            f"MESSAGE {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {sender.host_port};branch=z9hG4bK{os.urandom(6).hex()};rport",
            *(f"Route: {value}" for value in routes),
            f"From: <{self.aors[0]}>;tag={sender.token}",
            f"To: <{self.aors[1]}>",
            f"Call-ID: {os.urandom(6).hex()}",
            "CSeq: 1 MESSAGE",
            f"Subject: {subject}",
            "Max-Forwards: 70",
        ]
        send(sender, lines)

    @staticmethod
    def expect(agent, subject):
        """What was sent before, and is sent again, is passed over."""
        while f"Subject: {subject}\r\n" not in (receive(agent) or ""):
            pass


def check_kill_restart(options, directory, evidence):
    port = free_port(ADDRESS)
    edge = (ADDRESS, port)
    flowgate = Flowgate(
        options.flowgate, directory, [f"udp:{ADDRESS}:{port}"], more="threads: 2\n", store="sqlite:flowgate.db"
    )
    evidence.add("flowgate's log", flowgate.tail)
    calls, kills, sent = [], 0, 0
    try:
        with RegisterLoad(edge, USERS) as load:
            loaded_s, end = 0, time.monotonic() + int(options.seconds)
            while time.monotonic() < end:
                if len(calls) < CALLS_AT_MOST:
                    calls.append(Call(edge, len(calls)))
                seconds = random.uniform(0.3, 2)
                sent += load.run(seconds, PER_SECOND)
                loaded_s += seconds
                flowgate.process.kill()
                kills += 1
                flowgate.start()
                load.check()
                for call in calls:
                    call.check(kills)
            step(
                f"killed {kills} times; {sent / loaded_s:.0f} REGISTER/s, {load.acknowledged} acknowledged, none lost; "
                f"{2 * len(calls)} flow tokens and {len(calls)} temporary GRUUs, good after each restart"
            )
            assert load.acknowledged > kills * 100, "too little was acknowledged to prove anything"
        status = flowgate.process.stop()
        assert status == 0, f"exit status {status}"
    finally:
        for call in calls:
            call.close()
        flowgate.process.stop()


if __name__ == "__main__":
    run(check_kill_restart, limit_s=200, seconds=["10", "60"])
