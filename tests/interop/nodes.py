"""Several flowgates that share one Redis, and devices that are registered at one of them."""
import os

from flowgate import Flowgate, free_port
from user_agent import UserAgent, header

ADDRESS = "127.0.0.1"
NODE = """\
roles: [edge, registrar]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
edge: {{flow_timer: {flow_timer}}}
flow_token: {{key_file: ../../../flowtoken.key}}
timers: {{branch_timeout_ms: 1000}}
registrar:
  store: "URL"
  redis: {{timeout_ms: 1000, reconnect_max_ms: 500MORE}}
"""


class Node:
    """UDP and TCP on one port, TLS on another. more: further keys of registrar.redis."""

    def __init__(self, program, directory, name, url, more=""):
        self.name, self.program, self.directory = name, program, os.path.join(directory, name)
        self.port, self.tls_port = free_port(), free_port()
        self.template = NODE.replace("URL", url).replace("MORE", brace(more and ", " + more))
        os.mkdir(self.directory)
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        own = os.path.join(self.directory, str(self.starts))
        os.mkdir(own)
        listen = [f"udp:{ADDRESS}:{self.port}", f"tcp:{ADDRESS}:{self.port}", f"tls:{ADDRESS}:{self.tls_port}"]
        self.server = Flowgate(self.program, own, listen, template=self.template)

    def at(self, transport):
        return ADDRESS, self.tls_port if transport == "tls" else self.port

    def kill(self):
        self.server.process.kill()

    def log(self):
        return self.server.tail()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.server.__exit__(*exception)


def brace(text):
    """As it must stand in a template."""
    return text.replace("{", "{{").replace("}", "}}")


def registered(transport, node, aor, instance=None, reg_id=1):
    """A device with a flow to the node, and the answer to its REGISTER, which is a 200."""
    device = UserAgent(transport, node.at(transport))
    answer = device.register(aor, instance=instance, reg_id=reg_id)
    assert answer.startswith("SIP/2.0 200 "), answer
    return device, answer


def gruu_of(answer, name):
    return header(answer, "Contact")[0].split(f'{name}="')[1].split('"')[0]


def receive(agent, start):
    """The next message that begins so; 100 Trying and what is sent again are passed over."""
    while True:
        message = agent.receive_message()
        if message.startswith(start):
            return message
        again = message.startswith("SIP/2.0 100 ") or "CSeq: 1 " in message or " INVITE sip" in message
        assert again or message.startswith(("INVITE ", "SIP/2.0 18")), message


def accept(device, invite, contact):
    """200 to an INVITE, with its Record-Route."""
    lines = ["SIP/2.0 200 OK"]
    for name in ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq"):
        for value in header(invite, name):
            lines.append(f"{name}: {value};tag={device.token}" if name == "To" else f"{name}: {value}")
    device.send("\r\n".join(lines + [f"Contact: <{contact}>", "Content-Length: 0", "", ""]).encode())


def within(agent, method, number, uri, routes, names):
    """A request in a dialog; names: From, To and Call-ID as it has them."""
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/{agent.transport.upper()} {agent.host_port};branch=z9hG4bK{os.urandom(6).hex()};rport",
        *(f"Route: {value}" for value in routes),
        *(f"{name}: {value}" for name, value in zip(("From", "To", "Call-ID"), names)),
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    agent.send("\r\n".join(lines + ["", ""]).encode())
