#!/usr/bin/env python3
"""Killed at random moments under 5000 REGISTER/s, with no good-bye: whatever was acknowledged is there afterwards, with
its expiry, and every temporary GRUU and every flow token of a UDP flow is still good."""
import os
import random
import time

from flowgate import Flowgate, free_port
from register_load import RegisterLoad
from run import run, step
from user_agent import UserAgent, header

ADDRESS = "127.0.0.1"
PER_SECOND = 5000
USERS = 4000
CALLS_AT_MOST = 20


class Call:
    """An INVITE that the callee has got: its route set holds a flow token for each side."""

    def __init__(self, edge, number):
        self.caller, self.callee = UserAgent("udp", edge), UserAgent("udp", edge)
        self.aors = [f"sip:{role}{number}@example.com" for role in ("caller", "callee")]
        for agent, aor in zip((self.caller, self.callee), self.aors):
            answer = agent.register(aor, instance=f"urn:uuid:00000000-0000-4000-8000-{agent.token}")
            assert answer.startswith("SIP/2.0 200 "), answer
        self.gruu = header(answer, "Contact")[0].split('temp-gruu="')[1].split('"')[0]
        self.caller.request(
            "INVITE", self.aors[1], self.aors[0], contact=f"<sip:caller@{self.caller.host_port}>"
        )
        self.invite = self.callee.receive_message()
        assert len(header(self.invite, "Record-Route")) == 2, self.invite

    def check(self, number):
        """A request in the dialog reaches the caller, down the flow in the token; a new one to the callee's temporary
        GRUU reaches the callee."""
        routes = header(self.invite, "Record-Route")
        self.message(self.callee, f"sip:caller@{self.caller.host_port}", routes, f"call {number}")
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
            "Content-Length: 0",
        ]
        send("\r\n".join(lines + ["", ""]).encode(), sender)

    @staticmethod
    def expect(agent, subject):
        """What was sent before, and is sent again, is passed over."""
        while f"Subject: {subject}\r\n" not in receive(agent):
            pass

    def close(self):
        self.caller.socket.close()
        self.callee.socket.close()


def send(message, agent):
    try:
        agent.send(message)
    except ConnectionRefusedError:  # of something that was sent while nobody listened
        agent.send(message)


def receive(agent):
    try:
        return agent.receive_message()
    except ConnectionRefusedError:
        return agent.receive_message()


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
