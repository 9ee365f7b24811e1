"""A Redis server of the test's own, and its sentinel: free ports, files in the scratch directory."""
import os
import socket

from deadline import wait_for
from flowgate import free_port
from process import Process

ADDRESS = "127.0.0.1"


class Redis:
    """appendonly: every write is on the disk before its reply. replica_of: another Redis. tls: certificate and key,
    self-signed, that clients and server share. The address stays the same when it is started anew. namespace: where it
    runs, at that address."""

    def __init__(
        self,
        directory,
        name="redis",
        appendonly=False,
        replica_of=None,
        password=None,
        tls=None,
        namespace=None,
        address=ADDRESS,
    ):
        self.name, self.namespace, self.address = name, namespace, address
        self.port = 6379 if namespace else free_port()
        self.directory = os.path.join(directory, name)
        os.mkdir(self.directory)
        self.tls = tls
        self.password = password
        lines = [f"bind {address}", f"port {0 if tls else self.port}", 'save ""', "repl-diskless-sync-delay 0"]
        if tls:
            lines += [f"tls-port {self.port}", f"tls-cert-file {tls[0]}", f"tls-key-file {tls[1]}"]
            lines += [f"tls-ca-cert-file {tls[0]}"]
        if appendonly:
            lines += ["appendonly yes", "appendfsync always"]
        if replica_of:
            lines += [f"replicaof {ADDRESS} {replica_of.port}"]
        if password:
            lines += [f"requirepass {password}"]
        self.configuration = os.path.join(self.directory, "redis.conf")
        with open(self.configuration, "w") as f:
            f.write("\n".join(lines) + "\n")
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        log = os.path.join(self.directory, f"log.{self.starts}")
        self.process = Process(["redis-server", self.configuration], log, self.namespace, cwd=self.directory)
        wait_for(f"{self.name} to answer", self.answers, 10)

    def kill(self):
        self.process.kill()

    def url(self, database=0):
        scheme = "rediss" if self.tls else "redis"
        user = f":{self.password}@" if self.password else ""
        return f"{scheme}://{user}{self.address}:{self.port}/{database}"

    def answers(self):
        if self.process.exit_status() is not None:
            raise AssertionError(f"{self.name} ended:\n{self.process.log()}")
        if self.namespace:
            return "Ready to accept connections" in self.process.log()
        try:
            if self.tls:  # it listens when it has read its data
                return bool(socket.create_connection((ADDRESS, self.port), 1))
            return self.ask("PING").startswith(("+PONG", "-NOAUTH"))
        except OSError:
            return False

    def ask(self, *words):
        """The first line of the reply, and what else has come with it."""
        return ask(self.port, *words)

    def tail(self):
        return self.process.log()[-3000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()


class Sentinel:
    """One that decides alone."""

    def __init__(self, directory, master, name):
        self.port = free_port()
        self.master = name
        own = os.path.join(directory, "sentinel")
        os.mkdir(own)
        configuration = os.path.join(own, "sentinel.conf")
        with open(configuration, "w") as f:
            f.write(
                f"port {self.port}\nbind {ADDRESS}\n"
                f"sentinel monitor {name} {ADDRESS} {master.port} 1\n"
                f"sentinel down-after-milliseconds {name} 2000\nsentinel failover-timeout {name} 6000\n"
            )
        self.process = Process(["redis-sentinel", configuration], os.path.join(own, "log"), cwd=own)
        wait_for("the sentinel to answer", self.answers, 10)

    def answers(self):
        try:
            return ask(self.port, "PING").startswith("+PONG")
        except OSError:
            return False

    def knows_replica(self):
        return "slave" in ask(self.port, "SENTINEL", "replicas", self.master)

    def tail(self):
        return self.process.log()[-3000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()


def ask(port, *words):
    with socket.create_connection((ADDRESS, port), 2) as s:
        s.settimeout(2)
        s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))
        reply = b""
        while b"\r\n" not in reply:
            part = s.recv(65536)
            if not part:
                raise OSError("closed")
            reply += part
        return reply.decode(errors="replace")
