"""One headless baresip, driven over its ctrl_tcp module (JSON in netstrings)."""
import collections
import json
import os
import re
import select
import socket
import time

from deadline import wait_for
from process import Process

CONTROL_PORT = 4444
LISTEN_PORT = 5060

# ausine does only 48 kHz and G.711 needs 8: a bridge of its own for the player, the source and the alert.
CONFIG = """
poll_method epoll
sip_listen 0.0.0.0:{port}
net_interface eth0
call_local_timeout 120
audio_player aubridge,sound
audio_source aubridge,sound
audio_alert aubridge,alert
audio_path /nonexistent
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
ACCOUNT = (
    "<sip:{user}@{domain};transport={transport}>;regint={regint};sipnat=outbound;"
    'outbound="sip:{edge};transport={transport}"{more}\n'
)

REGISTERED = re.compile(r"\{1/\w+/v4\} 200 ")
NOISE = re.compile(r"\x1b\[[\d;]*m|[\r\n]*\[\d+:\d\d:\d\d\] audio=[^\r\n]*[\r\n]*")

# edge: "address:port". instance: the UUID of the instance-id; without one baresip does no outbound. more: parameters.
# password: of those phones that do not have it among the parameters.
Account = collections.namedtuple(
    "Account", "user domain edge transport instance regint more password", defaults=["", ""]
)
Event = collections.namedtuple("Event", "time type fields")


class Baresip:
    """One user agent in a namespace, registering by RFC 5626 with the outbound proxy account.edge."""

    declines_with = "486"

    def __init__(self, namespace, directory, account):
        self.aor = f"sip:{account.user}@{account.domain}"
        self.namespace = namespace
        self.directory = os.path.join(directory, account.user)
        self.received = b""
        self.events = []
        self.answers = {}
        os.makedirs(self.directory, exist_ok=True)
        self.write("config", CONFIG.format(port=LISTEN_PORT, control=CONTROL_PORT))
        self.write("accounts", ACCOUNT.format(**account._asdict()))
        self.write("uuid", account.instance)
        self.write("contacts", "")
        argv = ["baresip", "-4", "-s", "-f", self.directory]
        self.process = Process(argv, os.path.join(self.directory, "log"), namespace, cwd=self.directory)
        try:
            self.control = wait_for(f"{self.aor}'s baresip to take commands", self.connect, 10)
        except BaseException:
            self.process.stop()
            raise

    def dial(self, uri):
        self.command("dial", uri)

    def accept(self):
        self.command("accept")

    def hang_up(self):
        self.command("hangup")

    def seen(self, event_type):
        """How many events of a type (CALL_INCOMING, ...) there were since the start."""
        self.receive()
        return sum(event.type == event_type for event in self.events)

    def last(self, event_type):
        """What the last event of a type said: why a call was closed, for example."""
        return [event.fields.get("param", "") for event in self.events if event.type == event_type][-1]

    def wait_for_event(self, event_type, count, seconds):
        wait_for(f"{self.aor}: {event_type} number {count}", lambda: self.seen(event_type) >= count, seconds)

    def wait_until_registered(self, seconds):
        """By the log: the first REGISTER_OK may come before anyone listens on the control connection."""
        wait_for(f"{self.aor} registered", lambda: REGISTERED.search(self.log()), seconds)

    def log(self):
        """Without the colours and the line about the bit rate, which is repeated several times a second."""
        return NOISE.sub("", self.process.log())

    def story(self):
        """The events, one line each."""
        start = self.events[0].time if self.events else 0
        return "\n".join(
            f"{e.time - start:8.3f} {e.type} {e.fields.get('peeruri', '')} {e.fields.get('param', '')}"
            for e in self.events
        )

    def command(self, name, parameters=""):
        token = str(len(self.answers))
        self.answers[token] = None
        text = json.dumps({"command": name, "params": parameters, "token": token}).encode()
        self.control.sendall(b"%d:%s," % (len(text), text))
        answer = wait_for(f"{self.aor}: answer to {name}", lambda: self.receive() or self.answers[token], 10)
        if not answer.get("ok"):
            raise AssertionError(f"{self.aor}: {name} {parameters}: {answer.get('data')}")

    def receive(self):
        """Takes in what the control connection holds, without waiting."""
        while select.select([self.control], [], [], 0)[0]:
            data = self.control.recv(65536)
            if not data:
                raise AssertionError(f"{self.aor}: baresip is gone, exit status {self.process.exit_status()}")
            self.received += data
        while b":" in self.received:
            length, rest = self.received.split(b":", 1)
            if len(rest) <= int(length):
                return
            self.take(json.loads(rest[: int(length)]))
            self.received = rest[int(length) + 1 :]

    def take(self, message):
        if message.get("event"):
            self.events.append(Event(time.monotonic(), message.get("type"), message))
        elif message.get("response"):
            self.answers[message.get("token")] = message

    def connect(self):
        if self.process.exit_status() is not None:
            raise AssertionError(f"baresip ended with {self.process.exit_status()}:\n{self.log()}")
        with self.namespace.entered():
            control = socket.socket()
        try:
            control.connect(("127.0.0.1", CONTROL_PORT))
            return control
        except OSError:
            control.close()
            return None

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w") as f:
            f.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.close()
        self.process.stop()
