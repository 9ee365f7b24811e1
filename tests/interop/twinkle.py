"""One Twinkle without a window or a sound card, driven over the standard input of its console.

It offers what baresip.py does, in the words of baresip's events, so that a ladder can be climbed by either.
"""
import os
import re

from deadline import Missed, wait_for
from process import Process

SOUND = "pcm.!default {type null}\nctl.!default {type null}\n"
SYSTEM = """\
dev_speaker=alsa:default
dev_mic=alsa:default
dev_ringtone=alsa:default
sip_port=5060
"""
PROFILE = """\
user_name={user}
user_domain={domain}
outbound_proxy={edge}
all_requests_to_proxy=yes
registrar={edge}
registration_time={regint}
register_at_startup=yes
sip_transport={transport}
auth_name={user}
auth_pass={password}
"""
# What its console prints for what baresip calls so.
EVENTS = {
    "CALL_INCOMING": re.compile(r"^Line \d: incoming call$", re.M),
    "CALL_RINGING": re.compile(r"^Line \d: received 180 ", re.M),
    "CALL_ESTABLISHED": re.compile(r"^Line \d: (?:far end answered call|call established)\.$", re.M),
    "CALL_CLOSED": re.compile(
        r"^Line \d: (?:call (?:ended|failed|rejected)|far end (?:ended|cancelled) call)\.$", re.M
    ),
}
REGISTERED = re.compile(r": registration succeeded ")
REFUSAL = re.compile(r"^Line \d: call failed\.\n(.*)$", re.M)
TRIED = re.compile(r"^Line \d: received 100 ", re.M)
TRIED_WITHIN_S = 2
MESSAGE = re.compile(r"^Received message\nFrom:\s+(?:.* <)?(sip:[^>\s]+)>?\nTo:.*\n(.*)$", re.M)


class Twinkle:
    """One user agent in a namespace: a plain Contact, no Supported, no Route, and Z written as %5a in what it is told."""

    declines_with = "486"

    def __init__(self, namespace, directory, account):
        self.aor = f"sip:{account.user}@{account.domain}"
        self.directory = os.path.join(directory, account.user)
        self.settings = os.path.join(self.directory, ".twinkle")
        os.makedirs(self.settings)
        for path, text in (
            (os.path.join(self.directory, ".asoundrc"), SOUND),
            (os.path.join(self.settings, "twinkle.sys"), SYSTEM),
            (os.path.join(self.settings, "phone.cfg"), PROFILE.format(**account._asdict())),
        ):
            with open(path, "w") as f:
                f.write(text)
        home = dict(os.environ, HOME=self.directory)
        output = os.path.join(self.directory, "log")
        argv = ["twinkle-console", "phone.cfg"]
        self.process = Process(argv, output, namespace, cwd=self.directory, env=home, commands=True)

    def dial(self, uri):
        """It takes no notice while the last call has not quite left its line."""
        tried = len(TRIED.findall(self.story()))
        for _ in range(3):
            self.process.command(f"call {uri}")
            try:
                return wait_for("100", lambda: len(TRIED.findall(self.story())) > tried, TRIED_WITHIN_S)
            except Missed:
                pass

    def accept(self):
        self.process.command("answer")

    def hang_up(self):
        self.process.command("reject" if self.rings() else "bye")

    def rings(self):
        """The last that happened to its line is a call that came in."""
        incoming = [found.end() for found in EVENTS["CALL_INCOMING"].finditer(self.story())]
        later = self.story()[incoming[-1] :] if incoming else ""
        return bool(incoming) and not any(
            EVENTS[event].search(later) for event in ("CALL_ESTABLISHED", "CALL_CLOSED")
        )

    def send_message(self, uri, text):
        self.process.command(f"message {uri} {text}")

    def messages(self):
        """(From, text) of those that came."""
        return MESSAGE.findall(self.story())

    def seen(self, event_type):
        """How many events of a type (CALL_INCOMING, ...) there were since the start."""
        return len(EVENTS[event_type].findall(self.story()))

    def last(self, event_type):
        """What the last event of a type said: for a call that was closed, why it failed."""
        assert event_type == "CALL_CLOSED"
        return next(iter(REFUSAL.findall(self.story())[-1:]), "")

    def wait_for_event(self, event_type, count, seconds):
        wait_for(f"{self.aor}: {event_type} number {count}", lambda: self.seen(event_type) >= count, seconds)

    def wait_until_registered(self, seconds):
        wait_for(f"{self.aor} registered", lambda: REGISTERED.search(self.story()), seconds)

    def log(self):
        """Its messages, among others."""
        path = os.path.join(self.settings, "twinkle.log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as f:
            return f.read()

    def story(self):
        """What it said to the commands, and the events."""
        return "\n".join(line.strip() for line in self.process.log().splitlines() if line.strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
