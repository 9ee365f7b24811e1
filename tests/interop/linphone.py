"""One Linphone without a window or a sound card, driven over the standard input of its daemon.

It offers what baresip.py does, in the words of baresip's events, so that a ladder can be climbed by either.
"""
import os
import re

from deadline import wait_for
from process import Process

CONFIG = """\
[sip]
sip_port={udp}
sip_tcp_port={tcp}
sip_tls_port={tls}
root_ca={certificate}
verify_server_cn=0
default_proxy=0
keepalive_period={keepalive_ms}
[video]
enabled=0
[proxy_0]
reg_proxy=<sip:{edge};transport={transport}>
reg_route=<sip:{edge};transport={transport};lr>
reg_identity=sip:{user}@{domain}
reg_expires={regint}
reg_sendregister=1
publish=0
"""
LOGIN = """\
[auth_info_0]
username={user}
passwd={password}
domain={domain}
"""
LISTEN_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
KEEPALIVE_S = 5
# What its daemon prints for what baresip calls so.
EVENTS = {
    "CALL_INCOMING": re.compile(r"^Event: LinphoneCallIncomingReceived$", re.M),
    "CALL_RINGING": re.compile(r"^Event: LinphoneCallOutgoingRinging$", re.M),
    "CALL_ESTABLISHED": re.compile(r"^Event: LinphoneCallConnected$", re.M),
    "CALL_CLOSED": re.compile(r"^Event: LinphoneCallReleased$", re.M),
}
REGISTERED = re.compile(r"moving from state \[\w+\] to \[LinphoneRegistrationOk\]")
REFUSAL = re.compile(r"^SIP/2\.0 ([3-6]\d\d .*?)\r?$", re.M)
MESSAGE = re.compile(r'^Event-type: message-received\nFrom: (.*)\nTo: .*\nId: .*\nContent: "(.*)"$', re.M)


class Linphone:
    """One user agent in a namespace, without reg-id (RFC 5626), with GRUUs (RFC 5627). certificate: the server's."""

    declines_with = "603"

    def __init__(self, namespace, directory, account, certificate):
        self.aor = f"sip:{account.user}@{account.domain}"
        self.directory = os.path.join(directory, account.user)
        # Its databases are opened, not made, where this folder is missing.
        os.makedirs(os.path.join(self.directory, ".local", "share", "linphone"))
        self.log_file = os.path.join(self.directory, "sip.log")
        ports = {name: port if name == account.transport else 0 for name, port in LISTEN_PORTS.items()}
        config = (CONFIG + LOGIN if account.password else CONFIG).format(
            certificate=certificate, keepalive_ms=1000 * KEEPALIVE_S, **ports, **account._asdict()
        )
        with open(os.path.join(self.directory, "linphonerc"), "w") as f:
            f.write(config)
        argv = ["linphone-daemon", "--config", "linphonerc", "--log", self.log_file, "--disable-stats-events"]
        home = dict(os.environ, HOME=self.directory)
        output = os.path.join(self.directory, "log")
        self.process = Process(argv, output, namespace, cwd=self.directory, env=home, commands=True)

    def dial(self, uri):
        self.process.command(f"call {uri}")

    def accept(self):
        self.process.command("answer")

    def hang_up(self):
        self.process.command("terminate")

    def send_message(self, uri, text):
        self.process.command(f"message {uri} {text}")

    def messages(self):
        """(From, text) of those that came."""
        return MESSAGE.findall(self.story())

    def seen(self, event_type):
        """How many events of a type (CALL_INCOMING, ...) there were since the start."""
        return len(EVENTS[event_type].findall(self.story()))

    def last(self, event_type):
        """What the last event of a type said: for a call that was closed, the last refusal that came or went."""
        assert event_type == "CALL_CLOSED"
        return next(iter(REFUSAL.findall(self.log())[-1:]), "")

    def wait_for_event(self, event_type, count, seconds):
        wait_for(f"{self.aor}: {event_type} number {count}", lambda: self.seen(event_type) >= count, seconds)

    def wait_until_registered(self, seconds):
        wait_for(f"{self.aor} registered", lambda: REGISTERED.search(self.log()), seconds)

    def log(self):
        """Its messages, among others."""
        if not os.path.exists(self.log_file):
            return ""
        with open(self.log_file, errors="replace") as f:
            return f.read()

    def story(self):
        """What it said to the commands, and the events."""
        return "\n".join(line.strip() for line in self.process.log().splitlines() if line.strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
