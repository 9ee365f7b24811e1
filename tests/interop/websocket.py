"""A WebSocket client by hand (RFC 6455), with the look of a socket: what is sent is one text message, what is received
one message."""
import base64
import os
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL = 0x80


def handshake(fields="Sec-WebSocket-Protocol: sip\r\n"):
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    ).encode()


def frame(opcode, payload=b"", final=True):
    mask, size = os.urandom(4), len(payload)
    head = bytes([opcode | (FINAL if final else 0)])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    return head + mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))


class WebSocket:
    def __init__(self, socket):
        self.socket = socket
        self.buffered = b""
        socket.sendall(handshake())
        while b"\r\n\r\n" not in self.buffered:
            self.fill()
        self.response, self.buffered = self.buffered.split(b"\r\n\r\n", 1)
        assert self.response.startswith(b"HTTP/1.1 101 "), self.response
        assert b"\r\nsec-websocket-protocol: sip" in self.response.lower(), self.response

    def sendall(self, message):
        self.socket.sendall(frame(TEXT, message))

    def recv(self, _=None):
        """The next message; pings of the server are passed over. Empty: the server has closed."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode in (TEXT, BINARY):
                return payload
            if opcode == CLOSE:
                return b""

    def receive_frame(self):
        """A server masks nothing, and ours sends no fragments."""
        first, size = self.take(2)
        if size == 126:
            (size,) = struct.unpack("!H", self.take(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.take(8))
        assert first & FINAL and size < 0x10000, (first, size)
        return first & 0x0F, self.take(size)

    def take(self, size):
        while len(self.buffered) < size:
            self.fill()
        taken, self.buffered = self.buffered[:size], self.buffered[size:]
        return taken

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise AssertionError("the server closed the connection")
        self.buffered += data

    def getsockname(self):
        return self.socket.getsockname()

    def close(self):
        self.socket.close()
