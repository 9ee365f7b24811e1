"""A call over UDP that goes on while something else happens: re-INVITEs from the callee, a BYE at the end, each timed."""
import os
import select
import threading
import time

from invitation import Invitation, contact, receive, send
from user_agent import header

T1_S = 0.5
TIMER_B_S = 64 * T1_S


class CallInProgress(Invitation):
    def __init__(self, edge, number):
        super().__init__(edge, [f"{role}-in-progress{number}" for role in ("caller", "callee")])
        self.cseq, self.milliseconds = 0, []
        self.answer(self.callee, self.invite)
        while not self.caller.receive_message().startswith("SIP/2.0 200 "):
            pass

    def answer(self, agent, request):
        lines = [
            f"{name}: {value}"
            for name in ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq")
            for value in header(request, name)
        ]
        lines = [line + f";tag={agent.token}" if line.startswith("To:") and ";tag=" not in line else line for line in lines]
        send(agent, ["SIP/2.0 200 OK", *lines, f"Contact: {contact(agent)}"])

    def request(self, method, cseq):
        """From the callee."""
        return [
            f"{method} sip:{self.caller.host_port} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.callee.host_port};branch=z9hG4bK{os.urandom(6).hex()};rport",
            *(f"Route: {value}" for value in self.routes),
            f"From: <{self.aors[1]}>;tag={self.callee.token}",
            f"To: {header(self.invite, 'From')[0]}",
            f"Call-ID: {header(self.invite, 'Call-ID')[0]}",
            f"CSeq: {cseq} {method}",
            f"Contact: {contact(self.callee)}",
            "Max-Forwards: 70",
        ]

    def exchange(self, method):
        """Until the callee has the 200, with retransmissions; how long that took is kept."""
        self.cseq += 1
        wanted = f"{self.cseq} {method}"
        lines = self.request(method, self.cseq)
        begin = again = time.monotonic()
        interval, provisional = T1_S, False
        while True:
            now = time.monotonic()
            assert now - begin < TIMER_B_S, f"no answer to {lines[0]}"
            if now >= again and not provisional:
                send(self.callee, lines)
                again, interval = now + interval, 2 * interval
            for agent in select.select([self.caller.socket, self.callee.socket], [], [], 0.05)[0]:
                at_caller = agent is self.caller.socket
                message = receive(self.caller if at_caller else self.callee)
                if not message or header(message, "CSeq") != [wanted]:
                    continue  # an ACK; an answer to something sent before
                if at_caller:
                    self.answer(self.caller, message)
                    continue
                status = int(message.split(" ", 2)[1])
                provisional = True
                if status < 200:
                    continue
                assert status == 200, message
                self.milliseconds.append(1000 * (time.monotonic() - begin))
                if method == "INVITE":
                    send(self.callee, self.request("ACK", self.cseq))
                return


class CallsInProgress:
    """Several, with so many re-INVITEs in a second all together, in a thread of its own."""

    def __init__(self, edge, calls=10, per_second=20, first=0):
        self.calls = [CallInProgress(edge, number) for number in range(first, first + calls)]
        self.per_second = per_second
        self.failure = None

    def begin(self):
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self):
        try:
            turn = 0
            while not self.stopping.wait(1 / self.per_second):
                self.calls[turn % len(self.calls)].exchange("INVITE")
                turn += 1
        except Exception as e:  # told by stop()
            self.failure = e

    def stop(self):
        self.stopping.set()
        self.thread.join()
        if self.failure:
            raise self.failure

    def milliseconds(self):
        return sorted(ms for call in self.calls for ms in call.milliseconds)

    def hang_up(self):
        for call in self.calls:
            call.exchange("BYE")
            call.close()
