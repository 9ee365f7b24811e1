"""One JsSIP or SIP.js under node, driven over its standard input and output; web/ holds its side."""
import collections
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

from deadline import wait_for
from namespaces import Unavailable, require_programs
from process import die_with_parent

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "web")
INSTALLED = ".installed"

Event = collections.namedtuple("Event", "time type param")
Account = collections.namedtuple("Account", "user domain url instance ca", defaults=[None])


def install(flowgate):
    """The folder with the clients and the libraries, which npm fetches once: beside the program under test."""
    require_programs("node", "npm")
    folder = os.path.join(os.path.dirname(flowgate), "tests", "web")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
        if not is_installed(folder):
            fetch(folder)
    return folder


def is_installed(folder):
    """By this very package-lock.json."""
    try:
        with open(os.path.join(folder, INSTALLED), "rb") as before, open(os.path.join(folder, "package-lock.json"), "rb") as now:
            return before.read() == now.read()
    except FileNotFoundError:
        return False


def fetch(folder):
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(f"{' '.join(command)}: {done.stdout.strip()[-500:]}")
    shutil.copy(os.path.join(folder, "package-lock.json"), os.path.join(folder, INSTALLED))


class WebPhone:
    """Looks like a Baresip. library: jssip or sipjs."""

    declines_with = "486"

    def __init__(self, library, folder, namespace, directory, account):
        self.aor = f"sip:{account.user}@{account.domain}"
        self.events, self.buffered = [], b""
        self.errors_file = os.path.join(directory, f"{account.user}.log")
        script = os.path.join(folder, f"{library}_phone.js")
        argv = namespace.command(["node", script, json.dumps(account._asdict())])
        with open(self.errors_file, "wb") as errors:
            self.child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )

    def dial(self, uri):
        self.command("dial", uri)

    def accept(self):
        self.command("accept")

    def hang_up(self):
        self.command("hang_up")

    def lose_socket(self):
        """The connection is cut; the library is on its own."""
        self.command("lose")

    def seen(self, event_type):
        """How many events of a type there were since the start."""
        self.receive()
        return sum(event.type == event_type for event in self.events)

    def last(self, event_type):
        return [event.param for event in self.events if event.type == event_type][-1]

    def messages(self, event_type):
        """All that was SENT or RECEIVED, each one WebSocket message."""
        self.receive()
        return [event.param for event in self.events if event.type == event_type]

    def wait_for_event(self, event_type, count, seconds):
        wait_for(f"{self.aor}: {event_type} number {count}", lambda: self.seen(event_type) >= count, seconds)

    def wait_until_registered(self, seconds, count=1):
        self.wait_for_event("REGISTER_OK", count, seconds)

    def story(self):
        """The events, one line each; messages by their first line."""
        start = self.events[0].time if self.events else 0
        lines = [f"{e.time - start:8.3f} {e.type} {e.param.partition(chr(13))[0]}" for e in self.events]
        with open(self.errors_file, errors="replace") as f:
            return "\n".join(lines) + "\n" + f.read()[-4000:]

    def command(self, name, argument=None):
        self.child.stdin.write(json.dumps({"name": name, "argument": argument}).encode() + b"\n")
        self.child.stdin.flush()

    def receive(self):
        """Takes in what the client has said, without waiting."""
        out = self.child.stdout.fileno()
        while select.select([out], [], [], 0)[0]:
            data = os.read(out, 65536)
            if not data:
                raise AssertionError(f"{self.aor}: node is gone, exit status {self.child.poll()}")
            self.buffered += data
        *lines, self.buffered = self.buffered.split(b"\n")
        for line in lines:
            event = json.loads(line)
            self.events.append(Event(time.monotonic(), event["type"], event["param"]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()
