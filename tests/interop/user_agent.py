"""A user agent made of one socket: sends requests and answers, reads messages."""
import itertools
import os
import socket
import ssl

from websocket import WebSocket

TIMEOUT_S = 5


class UserAgent:
    """transport is udp, tcp, tls, ws or wss; edge is (address, port). source: the address to come from; preface: octets in
    front of everything else on a connection."""

    def __init__(self, transport, edge, source=None, preface=b""):
        self.transport = transport
        self.received = b""
        self.sequence = itertools.count(1)
        self.token = os.urandom(6).hex()
        family = socket.AF_INET6 if ":" in edge[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
        self.socket.settimeout(TIMEOUT_S)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(edge)
        if preface:
            self.socket.sendall(preface)
        if transport in ("tls", "wss"):
            self.socket = unverified().wrap_socket(self.socket)
        host, port = self.socket.getsockname()[:2]
        self.host_port = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.rport = ";rport"
        if transport in ("ws", "wss"):
            # RFC 7118 appendix B.1: a browser does not know its address.
            self.socket = WebSocket(self.socket)
            self.host_port, self.rport = f"{self.token}.invalid", ""

    def register(self, aor, contact=None, instance=None, reg_id=1):
        """Sends REGISTER for sip:user@domain, with an instance-id as flow reg_id of it, and returns the answer."""
        user, domain = aor.removeprefix("sip:").split("@")
        contact = f"<{contact or f'sip:{user}@{self.host_port};transport={self.uri_transport()}'}>"
        if instance:
            contact += f';+sip.instance="<{instance}>";reg-id={reg_id}'
        self.request("REGISTER", f"sip:{domain}", aor, to=aor, contact=contact)
        return self.receive_message()

    def uri_transport(self):
        """RFC 7118 §5.2: "ws", over TLS as well."""
        return "ws" if self.transport == "wss" else self.transport

    def request(self, method, uri, sender, to=None, contact=None, more=()):
        """more: header lines."""
        number = next(self.sequence)
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.host_port};branch=z9hG4bK{self.token}{number}{self.rport}",
            f"From: <{sender}>;tag={self.token}",
            f"To: <{to or uri}>",
            f"Call-ID: {self.token}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            "Supported: outbound, path, gruu",
            "Content-Length: 0",
            *more,
        ]
        if contact:
            lines.append(f"Contact: {contact}")
        self.send("\r\n".join(lines + ["", ""]).encode())

    def answer(self, request, status):
        """Without a body; the headers that RFC 3261 §8.2.6.2 has copied, and a To tag."""
        copied = [
            f"{name}: {value}"
            for name in ("Via", "From", "To", "Call-ID", "CSeq")
            for value in header(request, name)
        ]
        copied = [line + f";tag={self.token}" if line.startswith("To:") else line for line in copied]
        self.send("\r\n".join([f"SIP/2.0 {status}", *copied, "Content-Length: 0", "", ""]).encode())

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """One datagram, or what the stream holds next."""
        data = self.socket.recv(65536)
        if not data:
            raise AssertionError(f"{self.transport}: the server closed the connection")
        return data

    def receive_message(self):
        """One SIP message without a body, as text."""
        if self.transport == "udp":
            return self.receive().decode()
        while b"\r\n\r\n" not in self.received:
            self.received += self.receive()
        message, self.received = self.received.split(b"\r\n\r\n", 1)
        return message.decode() + "\r\n\r\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def unverified():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def header(message, name):
    """Every value of a header, as they came."""
    return [
        line.split(":", 1)[1].strip()
        for line in message.split("\r\n")[1:]
        if line.split(":", 1)[0].strip().lower() == name.lower()
    ]
