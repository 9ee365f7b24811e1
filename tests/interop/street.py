"""flowgate on the public network, a baresip behind each NAT."""
import contextlib

from baresip import Account, Baresip
from capture import Capture, keepalive
from flowgate import Flowgate
from namespaces import require_programs
from neighbourhood import PUBLIC, SERVER, Neighbourhood

DOMAIN = "example.com"
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
INSTANCES = {"a": "0a5f4c1e-7d4b-4c0f-9a44-1f7f3f0d8a01", "b": "0b5f4c1e-7d4b-4c0f-9a44-1f7f3f0d8b02"}
USERS = {"a": "alice", "b": "bob"}
SETTLE_S = 15


class Street:
    """flowgate on the public network, alice in one home and bob in the other, both registered."""

    def __init__(self, options, directory, evidence, regint=60, flow_timer=120):
        alice, _, bob = options.transport.partition("-")
        self.transports = {"a": alice, "b": bob or alice}
        self.options, self.directory, self.evidence = options, directory, evidence
        self.regint, self.flow_timer = regint, flow_timer
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        require_programs("ip", "nft", "conntrack", "openssl", "baresip")
        with contextlib.ExitStack() as stack:
            self.net = stack.enter_context(Neighbourhood())
            self.capture = stack.enter_context(Capture(self.net.public, "net0"))
            self.evidence.add("on the public network", self.capture.ladder)
            listen = [f"{transport}:{SERVER}:{port}" for transport, port in PORTS.items()]
            self.flowgate = stack.enter_context(self.build_flowgate(listen))
            self.evidence.add("flowgate's log", self.flowgate.tail)
            self.alice, self.bob = (stack.enter_context(self.move_in(side)) for side in ("a", "b"))
            for phone in (self.alice, self.bob):
                phone.wait_until_registered(SETTLE_S)
            self.stack = stack.pop_all()
        return self

    def build_flowgate(self, listen):
        program, public = self.options.flowgate, self.net.public
        return Flowgate(program, self.directory, listen, flow_timer=self.flow_timer, namespace=public)

    def move_in(self, side):
        transport = self.transports[side]
        more = self.login(side)
        account = Account(USERS[side], DOMAIN, self.edge_of(side), transport, INSTANCES[side], self.regint, more)
        phone = Baresip(self.net.homes[side], self.directory, account)
        self.evidence.add(f"{phone.aor}: log", lambda: phone.log()[-8000:])
        self.evidence.add(f"{phone.aor}: events", phone.story)
        return phone

    def login(self, side):
        """What the account of a side says of its password."""
        return ""

    def edge_of(self, side):
        return f"{SERVER}:{PORTS[self.transports[side]]}"

    def from_home(self, side):
        """What a home sent to flowgate, as the public network saw it."""
        return self.capture.select(lambda p: p.source[0] == PUBLIC[side] and p.destination[0] == SERVER)

    def keepalives(self, kind, source, destination):
        """The pings or pongs from one address to another."""
        return self.capture.select(
            lambda p: keepalive(p.payload) == kind
            and (p.source[0], p.destination[0]) == (source, destination)
        )

    def restart(self, side):
        """The phone of a home loses its power, and starts again."""
        old = {"a": self.alice, "b": self.bob}[side]
        old.process.kill()
        phone = self.stack.enter_context(self.move_in(side))
        phone.wait_until_registered(SETTLE_S)
        return phone

    def __exit__(self, *exception):
        return self.stack.__exit__(*exception)
