"""Two servers on the public network: an edge that the phones know, and a registrar behind it; one is a Kamailio.

    home_a --- nat_a ---+                            +--- core (198.51.100.2: the registrar)
                        +--- public -----------------+
    home_b --- nat_b ---+    (198.51.100.1: the edge)
"""
import contextlib

from capture import SIP_START
from deadline import wait_for
from flowgate import Flowgate
from kamailio_server import Kamailio
from namespaces import Namespace, link, require_programs
from neighbourhood import PUBLIC, SERVER
from street import SETTLE_S, Street

REGISTRAR = "198.51.100.2"
GRACE_S = 2
EDGE_YAML = """\
roles: [edge]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
edge: {{next_hop: "sip:198.51.100.2:5060;lr", flow_timer: {flow_timer}, flow_timer_grace: {grace}}}
flow_token: {{key_file: flowtoken.key}}
"""
REGISTRAR_YAML = """\
roles: [registrar]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
registrar: {{store: memory, authentication: none}}
edge: {{flow_timer: {flow_timer}}}
flow_token: {{key_file: flowtoken.key}}
"""


class KamailioStreet(Street):
    """options.edge tells which of the two is the edge: flowgate or kamailio."""

    def __enter__(self):
        require_programs("kamailio", "ss", "unshare")
        return super().__enter__()

    @contextlib.contextmanager
    def build_flowgate(self, listen):
        with Namespace("core") as core:
            link(self.net.public, "port_core", core, "eth0")
            self.net.public.ip("link", "set", "port_core", "master", "net0")
            core.ip("address", "add", f"{REGISTRAR}/24", "dev", "eth0")
            servers = self.flowgate_edge if self.options.edge == "flowgate" else self.kamailio_edge
            with servers(core, listen) as flowgate:
                yield flowgate

    @contextlib.contextmanager
    def flowgate_edge(self, core, listen):
        with self.kamailio(core, "kamailio_registrar.cfg", REGISTRAR):
            with self.flowgate_as(EDGE_YAML, self.net.public, listen) as flowgate:
                yield flowgate

    @contextlib.contextmanager
    def kamailio_edge(self, core, listen):
        listen = [listener.replace(SERVER, REGISTRAR) for listener in listen]
        with self.flowgate_as(REGISTRAR_YAML, core, listen) as flowgate:
            with self.kamailio(self.net.public, "kamailio_edge.cfg", SERVER):
                yield flowgate

    def kamailio(self, namespace, configuration, address):
        server = Kamailio(namespace, self.directory, configuration, address)
        self.evidence.add("Kamailio's log", server.tail)
        return server

    def flowgate_as(self, template, namespace, listen):
        template = template.replace("{grace}", str(GRACE_S))
        program, directory, timer = self.options.flowgate, self.directory, self.flow_timer
        return Flowgate(program, directory, listen, flow_timer=timer, namespace=namespace, template=template)

    def messages(self, source, destination):
        """(start line, address and port that it went to) of each message from one address to another."""
        packets = self.capture.select(lambda p: (p.source[0], p.destination[0]) == (source, destination))
        return [
            (match.group(1).decode(errors="replace"), packet.destination)
            for packet in packets
            for match in SIP_START.finditer(packet.payload)
        ]

    def count(self, start, source, destination):
        """The messages from one address to another whose start line begins like that."""
        return sum(line.startswith(start) for line, _ in self.messages(source, destination))

    def wait_for_message(self, start, source, destination, count=1):
        """What a phone knows already may not have come up in the capture yet."""
        what = f"{start} number {count} from {source} to {destination}"
        wait_for(what, lambda: self.count(start, source, destination) >= count, SETTLE_S)

    def flows_of(self, side):
        """Addresses and ports that a home registered from."""
        return {p.source for p in self.from_home(side) if p.payload.startswith(b"REGISTER ")}

    def silence_of(self, side):
        """Seconds since the last packet of a home."""
        return self.capture.age() - self.from_home(side)[-1].time

    def connections_of(self, side):
        """What the edge has open with a home."""
        return self.net.public.run(["ss", "-Htn", "src", SERVER, "dst", PUBLIC[side]])
