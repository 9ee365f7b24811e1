"""What passes one network device of a namespace, kept as a ladder of SIP and STUN lines."""
import collections
import re
import socket
import struct
import threading
import time

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
TCP, UDP = 6, 17
STUN_TYPES = {0x0001: "STUN Binding request", 0x0101: "STUN Binding success", 0x0111: "STUN Binding error"}
TLS_APPLICATION_DATA = b"\x17\x03\x03"
SIP_START = re.compile(rb"(SIP/2\.0 \d{3} [^\r\n]*|[A-Z]+ sips?:[^\r\n]* SIP/2\.0)\r\n")

Packet = collections.namedtuple("Packet", "time protocol source destination payload")


class Capture:
    def __init__(self, namespace, device):
        with namespace.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.bind((device, 0))
        self.socket.settimeout(0.1)
        self.started = time.monotonic()
        self.packets = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.collect, daemon=True)
        self.thread.start()

    def select(self, matches):
        return [p for p in list(self.packets) if matches(p)]

    def ladder(self, last=60):
        """The SIP and STUN packets seen, one line each, the last ones."""
        lines = [
            f"{p.time:8.3f} {p.protocol} {p.source[0]}:{p.source[1]} -> {p.destination[0]}:{p.destination[1]}  {text}"
            for p in list(self.packets)
            for text in describe(p.payload)
        ]
        return "\n".join(lines[-last:])

    def age(self):
        """Now, on the clock of the packets."""
        return time.monotonic() - self.started

    def collect(self):
        while not self.stopping.is_set():
            try:
                frame = self.socket.recv(65536)
            except TimeoutError:
                continue
            packet = decode(frame, self.age())
            if packet and packet.payload:
                self.packets.append(packet)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        self.socket.close()


def decode(frame, now):
    """Ethernet, IPv4 without fragments, UDP or TCP; None for anything else."""
    if len(frame) < 34 or struct.unpack_from("!H", frame, 12)[0] != ETH_P_IP:
        return None
    header, total = (frame[14] & 0x0F) * 4, struct.unpack_from("!H", frame, 16)[0]
    protocol, segment = frame[23], frame[14 + header : 14 + total]
    ends = [socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])]
    if protocol == UDP and len(segment) >= 8:
        payload = segment[8:]
    elif protocol == TCP and len(segment) >= 20:
        payload = segment[(segment[12] >> 4) * 4 :]
    else:
        return None
    ports = struct.unpack_from("!HH", segment)
    return Packet(now, "UDP" if protocol == UDP else "TCP", (ends[0], ports[0]), (ends[1], ports[1]), payload)


def keepalive(payload):
    """One of ping, pong, None. RFC 5626 §4.4: STUN over UDP, CRLF CRLF and CRLF over TCP. Inside TLS these are
    records of a telling size: with AES-GCM 17 bytes (TLS 1.3) or 24 (TLS 1.2) more than the text."""
    if payload == b"\r\n\r\n" or stun_type(payload) == "STUN Binding request":
        return "ping"
    if payload == b"\r\n" or stun_type(payload) == "STUN Binding success":
        return "pong"
    if payload[:3] == TLS_APPLICATION_DATA and len(payload) == 5 + struct.unpack_from("!H", payload, 3)[0]:
        return {4 + 17: "ping", 4 + 24: "ping", 2 + 17: "pong", 2 + 24: "pong"}.get(len(payload) - 5)
    return None


def stun_type(payload):
    """The name of a STUN message (RFC 5389: two zero bits, magic cookie); None when it is none."""
    if len(payload) < 20 or payload[4:8] != b"\x21\x12\xa4\x42":
        return None
    return STUN_TYPES.get(struct.unpack_from("!H", payload)[0])


def describe(payload):
    stun = stun_type(payload)
    if stun:
        return [stun]
    if keepalive(payload):
        return [f"keepalive {keepalive(payload)}"]
    return [m.group(1).decode(errors="replace") for m in SIP_START.finditer(payload)]
