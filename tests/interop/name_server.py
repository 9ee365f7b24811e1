"""A name server for one test: answers what it was told, and NXDOMAIN to all else (RFC 1035, RFC 2782)."""
import socket
import struct
import threading

A, SRV = 1, 33
NAME_ERROR = 3


class NameServer:
    """records: {(name, type): [rdata, ...]}, rdata made by a() and srv()."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.asked = []
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            if not query:
                return
            self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        question = query[12 : at + 5]
        name = ".".join(labels)
        self.asked.append((name, kind))
        found = self.records.get((name, kind), [])
        exists = any(known == name for known, _ in self.records)
        flags = 0x8480 | (0 if exists else NAME_ERROR)
        answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(r)) + r for r in found)
        return query[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + question + answers

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        # An empty datagram is the end.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self.socket.getsockname())
        self.thread.join(5)
        self.socket.close()


def a(address):
    return socket.inet_aton(address)


def srv(priority, weight, port, target):
    name = b"".join(bytes([len(label)]) + label.encode() for label in target.split("."))
    return struct.pack("!HHH", priority, weight, port) + name + b"\0"
