#!/usr/bin/env python3
"""What belongs to an INVITE comes from other ports and over other connections than that, and so to other shards."""
import time

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent, header

ALICE, BOB = "sip:alice@example.com", "sip:bob@example.com"
# The kernel gives each flow to some shard: that all of them are one shard's is hardly possible.
ROUNDS = 8
# RFC 3261 §17.2.1: what is not acknowledged comes again after 0.5 s, then after 1 s.
RETRANSMISSIONS_S = 2


class Caller:
    """One call from as many sockets as it has requests; the Via is always that of the first."""

    def __init__(self, transport, edge):
        self.transport = transport
        self.first, self.again, self.canceller, self.acknowledger = self.agents = [
            UserAgent(transport, edge) for _ in range(4)
        ]

    def request(self, method, agent, to_parameters=""):
        lines = [
            f"{method} {BOB} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.first.host_port};branch=z9hG4bK{self.first.token};rport",
            f"From: <{ALICE}>;tag={self.first.token}",
            f"To: <{BOB}>{to_parameters}",
            f"Call-ID: {self.first.token}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:alice@{self.first.host_port};transport={self.transport}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        agent.send("\r\n".join(lines + ["", ""]).encode())

    def close(self):
        for agent in self.agents:
            agent.socket.close()


class Callee(UserAgent):
    """Takes one call after the other. What flowgate sends once more, as bob is slow, is no other request."""

    def __init__(self, transport, edge):
        super().__init__(transport, edge)
        self.seen = set()
        answer = self.register(BOB)
        assert answer.startswith("SIP/2.0 200 "), answer

    def takes(self, method, caller):
        request = self.receive_message()
        while request in self.seen:
            request = self.receive_message()
        self.seen.add(request)
        assert request.startswith(method + " "), request
        assert header(request, "Call-ID") == [caller.first.token], request
        return request


def expect(agent, status):
    answer = agent.receive_message()
    assert answer.startswith(f"SIP/2.0 {status} "), answer
    return answer


def check_call(caller, bob):
    caller.request("INVITE", caller.first)
    expect(caller.first, 100)
    invite = bob.takes("INVITE", caller)
    bob.answer(invite, "180 Ringing")
    expect(caller.first, 180)
    # bob is not asked once more: what he takes next is the CANCEL.
    caller.request("INVITE", caller.again)
    expect(caller.first, 180)
    caller.request("CANCEL", caller.canceller)
    expect(caller.canceller, 200)
    bob.answer(bob.takes("CANCEL", caller), "200 OK")
    bob.answer(invite, "487 Request Terminated")
    bob.takes("ACK", caller)
    tag = header(expect(caller.first, 487), "To")[0].partition(">")[2]
    # Nor does he see this one: what he takes next is the next call.
    caller.request("ACK", caller.acknowledger, tag)


def waiting(agent):
    """What has come and nobody has looked at."""
    agent.socket.setblocking(False)
    try:
        return agent.received + agent.socket.recv(65536)
    except BlockingIOError:
        return agent.received


def check_other_shard(options, directory, evidence):
    require_programs("openssl")
    port = free_port()
    edge = ("127.0.0.1", port)
    listen = [f"{transport}:127.0.0.1:{port}" for transport in ("udp", "tcp")]
    with Flowgate(options.flowgate, directory, listen, more="threads: 4\n") as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        callers = []
        try:
            for transport in ("udp", "tcp"):
                with Callee(transport, edge) as bob:
                    for number in range(ROUNDS):
                        step(f"{transport}, {number + 1} of {ROUNDS}")
                        callers.append(Caller(transport, edge))
                        check_call(callers[-1], bob)
                    time.sleep(0.2)
                    assert not waiting(bob)
            step("nothing is sent again")
            agents = [agent for caller in callers for agent in caller.agents]
            for agent in agents:  # where an ACK has taken half a second
                waiting(agent)
            time.sleep(RETRANSMISSIONS_S)
            for agent in agents:
                assert not waiting(agent), waiting(agent)
        finally:
            for caller in callers:
                caller.close()


if __name__ == "__main__":
    run(check_other_shard, limit_s=100)
