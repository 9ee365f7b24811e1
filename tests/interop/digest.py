#!/usr/bin/env python3
"""Digest by plain sockets: both algorithms, replays, a restart; the users file changes while flowgate runs; a
connection over which nobody was let in is closed."""
import os
import signal

from deadline import wait_for
from digest_client import answer, challenges, configuration
from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
URI = "sip:example.com"
MORE = "timers: {unaccepted_seconds: 1}\nthreads: 4\n"


class Client(UserAgent):
    """A phone of one user, who knows his password."""

    def __init__(self, transport, edge, user, password):
        super().__init__(transport, edge)
        self.user, self.password = user, password

    def register_with(self, authorization=None):
        contact = f"<sip:{self.user}@{self.host_port};transport={self.transport}>"
        aor = f"sip:{self.user}@example.com"
        more = [f"Authorization: {authorization}"] if authorization else []
        self.request("REGISTER", URI, aor, to=aor, contact=contact, more=more)
        return self.receive_message()

    def credentials(self, challenge, count=1):
        return answer(challenge, "REGISTER", URI, self.user, self.password, count)

    def register_by(self, algorithm):
        """The status of the second answer."""
        offered = challenges(self.register_with())
        challenge = next(each for each in offered if each["algorithm"] == algorithm)
        return status(self.register_with(self.credentials(challenge)))


def status(message):
    return int(message.split(" ", 2)[1])


def is_let_in(edge, user, password):
    with Client("udp", edge, user, password) as client:
        return client.register_by("SHA-256") == 200


def check_algorithms(edge):
    for transport in ("udp", "tcp"):
        for algorithm in ("SHA-256", "MD5"):
            step(f"{algorithm} over {transport}")
            with Client(transport, edge, "alice", "ecila") as alice:
                assert alice.register_by(algorithm) == 200
    step("a hash instead of a password; a wrong password")
    with Client("udp", edge, "bob", "bob") as bob:
        assert bob.register_by("SHA-256") == 200
    with Client("udp", edge, "alice", "guess") as eve:
        assert eve.register_by("SHA-256") == 401


def check_replay(edge):
    """Whichever of the four shards gets it."""
    step("a replay is stale")
    with Client("udp", edge, "alice", "ecila") as alice:
        challenge = challenges(alice.register_with())[0]
        assert status(alice.register_with(alice.credentials(challenge, 1))) == 200
        assert status(alice.register_with(alice.credentials(challenge, 2))) == 200
        for _ in range(8):
            with Client("udp", edge, "alice", "ecila") as eve:
                refusal = eve.register_with(alice.credentials(challenge, 1))
                assert status(refusal) == 401 and challenges(refusal)[0]["stale"] == "true", refusal
        return challenge


def check_reload(flowgate, edge, users):
    step("the users file changes")
    write(users, USERS + "carol: lorac\n")
    wait_for("carol to be let in", lambda: is_let_in(edge, "carol", "lorac"), 5)
    step("it is broken")
    write(users, "alice: [\n")
    wait_for("the complaint", lambda: "the users stay as they were" in flowgate.log(), 5)
    assert is_let_in(edge, "carol", "lorac")
    step("it is whole again, and SIGHUP has it read once more")
    write(users, USERS)
    wait_for("carol to be forgotten", lambda: not is_let_in(edge, "carol", "lorac"), 5)
    before = flowgate.log().count("users.yaml: 2 users")
    flowgate.process.child.send_signal(signal.SIGHUP)
    wait_for("it to be read", lambda: flowgate.log().count("users.yaml: 2 users") > before, 5)
    complaints = [line for line in flowgate.log().splitlines() if "stay as they were" in line]
    assert len(complaints) == 1, complaints


def check_strangers(edge):
    step("a connection over which nobody was let in is closed, one of a registered phone is not")
    with Client("tcp", edge, "alice", "ecila") as alice, Client("tcp", edge, "eve", "guess") as eve:
        assert alice.register_by("SHA-256") == 200
        assert status(eve.register_with()) == 401
        assert eve.socket.recv(1) == b""
        assert status(alice.register_with()) == 401


def check_restart(edge, challenge):
    step("a nonce from before a restart is stale, no wrong password")
    with Client("udp", edge, "alice", "ecila") as alice:
        refusal = alice.register_with(alice.credentials(challenge, 9))
        assert challenges(refusal)[0]["stale"] == "true", refusal
        assert status(alice.register_with(alice.credentials(challenges(refusal)[0]))) == 200


USERS = (
    "alice: ecila\n"
    # Of bob:example.com:bob.
    "bob: {ha1-md5: ba88619cbddc8d7b04553cbfa1eccb82, "
    "ha1-sha256: 4b73946a4203858d56f21b6a9a2402004d280ece6ad5c48a6731d8d908216c69}\n"
)


def write(file, text):
    """At once, as an editor does."""
    with open(file + ".new", "w") as f:
        f.write(text)
    os.rename(file + ".new", file)


def check_digest(options, directory, evidence):
    require_programs("openssl")
    users = os.path.join(directory, "users.yaml")
    write(users, USERS)
    port = free_port(ADDRESS)
    edge = (ADDRESS, port)
    listen = [f"udp:{ADDRESS}:{port}", f"tcp:{ADDRESS}:{port}"]
    with Flowgate(
        options.flowgate, directory, listen, template=configuration("../users.yaml"), more=MORE
    ) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        check_algorithms(edge)
        challenge = check_replay(edge)
        check_reload(flowgate, edge, users)
        check_strangers(edge)
        flowgate.restart()
        check_restart(edge, challenge)


if __name__ == "__main__":
    run(check_digest, limit_s=110)
