"""The server under test: its configuration, its start and its end."""
import os
import re
import socket

from certificate import make_certificate
from deadline import wait_for
from process import Process

CONFIG = """\
roles: [edge, registrar]
domains: [{domain}]
listen: [{listen}]
tls: {{certificate: cert.pem, private_key: key.pem}}
registrar:
  store: {store}
  authentication: none
  min_expires: 60
edge: {{flow_timer: {flow_timer}}}
flow_token: {{key_file: flowtoken.key}}
"""
READY = re.compile(r"\bready\b")


class Flowgate:
    """template: a configuration for other roles. more: lines that stand behind it. prepare: is called with the folder
    of the configuration before the first start."""

    def __init__(
        self,
        program,
        directory,
        listen,
        domain="example.com",
        flow_timer=120,
        namespace=None,
        more="",
        template=CONFIG,
        store="memory",
        prepare=None,
    ):
        self.program, self.namespace = program, namespace
        self.directory = os.path.join(directory, "flowgate")
        os.mkdir(self.directory)
        make_certificate(self.directory, domain)
        if prepare:
            prepare(self.directory)
        self.configuration = os.path.join(self.directory, "flowgate.yaml")
        with open(self.configuration, "w") as f:
            f.write(
                template.format(
                    domain=domain,
                    flow_timer=flow_timer,
                    listen=", ".join(f'"{l}"' for l in listen),
                    store=store,
                )
                + more
            )
        self.start()

    def start(self, seconds=15):
        """Anew, when it has ended."""
        self.process = Process(
            [self.program, "--config", self.configuration],
            os.path.join(self.directory, "log"),
            self.namespace,
            cwd=self.directory,
        )
        try:
            wait_for("flowgate to say ready", self.is_ready, seconds)
        except BaseException:
            self.process.stop()
            raise

    def restart(self):
        """A clean stop, and the same once more."""
        status = self.process.stop()
        assert status == 0, f"exit status {status}"
        self.start()

    def is_ready(self):
        if self.process.exit_status() is not None:
            raise AssertionError(f"flowgate ended with {self.process.exit_status()}:\n{self.log()}")
        return READY.search(self.log())

    def log(self):
        return self.process.log()

    def tail(self):
        return self.log()[-6000:]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        """A test in which flowgate crashed, or does not end cleanly on SIGTERM, has failed."""
        died = self.process.exit_status()
        status = self.process.stop()
        if exception[0] is None and (died is not None or status != 0):
            raise AssertionError(
                f"flowgate {'died' if died is not None else 'stopped'} with {status}:\n{self.log()[-2000:]}"
            )


GIVEN = set()  # by free_port()


def free_port(address="127.0.0.1"):
    """A port that nothing uses at this moment, over UDP, TCP and with its successor (TLS) too; another one each time."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_DGRAM) as first:
            first.bind((address, 0))
            port = first.getsockname()[1]
            if port < 65535 and not {port, port + 1} & GIVEN and all(
                bindable(family, kind, address, p)
                for kind, p in (
                    (socket.SOCK_STREAM, port),
                    (socket.SOCK_DGRAM, port + 1),
                    (socket.SOCK_STREAM, port + 1),
                )
            ):
                GIVEN.update((port, port + 1))
                return port


def bindable(family, kind, address, port):
    with socket.socket(family, kind) as s:
        try:
            s.bind((address, port))
        except OSError:
            return False
    return True
