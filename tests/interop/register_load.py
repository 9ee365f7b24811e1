"""Many users who register over one UDP flow, as fast as they are told, and remember what was acknowledged."""
import random
import re
import select
import socket
import time

REGISTER = (
    "REGISTER sip:example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {here};branch=z9hG4bK{user}.{cseq};rport\r\n"
    "From: <sip:u{user}@example.com>;tag=t{user}\r\n"
    "To: <sip:u{user}@example.com>\r\n"
    "Call-ID: {user}@load\r\n"
    "CSeq: {cseq} REGISTER\r\n"
    "Max-Forwards: 70\r\n"
    "Supported: outbound, path, gruu\r\n"
    "{contact}"
    "Content-Length: 0\r\n\r\n"
)
CONTACT = (
    "Contact: <sip:u{user}@{here}>;reg-id=1;expires={expires};"
    '+sip.instance="<urn:uuid:00000000-0000-4000-8000-{user:012d}>"\r\n'
)
ANSWER = re.compile(rb"SIP/2\.0 (\d+).*?\nCall-ID: (\d+)@load\r\nCSeq: (\d+) ", re.S)
EXPIRES = re.compile(rb"\nContact: [^\n]*?;expires=(\d+)")
RETRY_AFTER = re.compile(rb"\nRetry-After: \d+\r\n")
# Seconds count as whole ones on both sides, and time passes on the way.
TOLERANCE_S = 4


class User:
    def __init__(self):
        self.cseq = 0
        self.expires_at = None  # as acknowledged; None: nothing is
        self.asked_for = None  # by the REGISTER that waits for its answer
        self.shown = None  # expiry in the answer to the last query; 0: no binding


class RegisterLoad:
    def __init__(self, edge, users):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.connect(edge)
        self.socket.setblocking(False)
        self.here = "{}:{}".format(*self.socket.getsockname())
        self.users = [User() for _ in range(users)]
        self.acknowledged = 0
        self.unavailable = 0
        self.next = 0

    def run(self, seconds, per_second):
        """Registers one user after the other. Without an answer a user waits for settle()."""
        begin, sent = time.monotonic(), 0
        while (passed := time.monotonic() - begin) < seconds:
            for _ in range(min(int(passed * per_second) - sent, 200)):
                self.register(self.next % len(self.users))
                self.next += 1
                sent += 1
            self.receive(0.001)
        return sent

    def register(self, number):
        user = self.users[number]
        if user.asked_for is not None:
            return
        user.cseq += 1
        expires = random.randint(600, 7000)
        user.asked_for = time.monotonic() + expires
        self.send(number, CONTACT.format(user=number, here=self.here, expires=expires))

    def send(self, number, contact):
        text = REGISTER.format(user=number, cseq=self.users[number].cseq, here=self.here, contact=contact)
        try:
            self.socket.send(text.encode())
        except OSError:
            pass  # as good as lost on the way

    def receive(self, wait_s):
        if not select.select([self.socket], [], [], wait_s)[0]:
            return
        for _ in range(500):
            try:
                self.take(self.socket.recv(65536))
            except BlockingIOError:
                return
            except OSError:
                pass  # ICMP says that nobody listens

    def take(self, answer):
        match = ANSWER.match(answer)
        if not match:
            return
        status, number, cseq = (int(group) for group in match.groups())
        user = self.users[number]
        if cseq != user.cseq:
            return
        shown = EXPIRES.search(answer)
        if status == 503 and user.asked_for is not None:
            assert RETRY_AFTER.search(answer), answer
            self.unavailable += 1
            user.asked_for = None
        elif status == 200 and user.asked_for is not None:
            user.expires_at, user.asked_for = time.monotonic() + int(shown[1]), None
            self.acknowledged += 1
        elif status == 200:
            user.shown = time.monotonic() + int(shown[1]) if shown else 0

    def finish(self, seconds=5):
        """Waits for what is on its way."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(user.asked_for is not None for user in self.users):
            self.receive(0.05)

    def check(self, seconds=30):
        """Every user has the binding that was acknowledged, or the one that was asked for after that."""
        asked = [user.asked_for for user in self.users]
        for user in self.users:
            user.asked_for = user.shown = None
        end = time.monotonic() + seconds
        while missing := [number for number, user in enumerate(self.users) if user.shown is None]:
            assert time.monotonic() < end, f"{len(missing)} users got no answer"
            for number in missing[:200]:
                self.users[number].cseq += 1
                self.send(number, "")
            again = time.monotonic() + 0.5
            while time.monotonic() < again and any(self.users[number].shown is None for number in missing[:200]):
                self.receive(0.01)
        for number, (user, asked_for) in enumerate(zip(self.users, asked)):
            self.check_user(number, user, asked_for)

    @staticmethod
    def check_user(number, user, asked_for):
        expected = [expiry for expiry in (user.expires_at, asked_for) if expiry is not None]
        if user.expires_at is None:
            expected.append(0)
        found = user.shown
        assert any(
            found == expiry or (found and expiry and abs(found - expiry) < TOLERANCE_S) for expiry in expected
        ), f"user {number}: expires at {found}, expected one of {expected}, now {time.monotonic()}"
        user.expires_at = found or None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
