#!/usr/bin/env python3
"""WebSocket by hand: handshakes that are refused, fragments, keepalives, limits, the closing handshake."""
import socket
import struct

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import TIMEOUT_S
from websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebSocket, frame, handshake

ADDRESS = "127.0.0.1"
ORIGIN = "https://phone.example.com"
OPTIONS = (
    "OPTIONS sip:{edge[0]}:{edge[1]};transport=ws SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK{branch}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:{edge[0]}>\r\nCall-ID: {branch}\r\n"
    "CSeq: 1 OPTIONS\r\n\r\n"
)
LIMITS = "limits: {message_bytes: 4096, header_bytes: 2048, fields: 16, http_bytes: 2048}\ntimers: {handshake_seconds: 2, message_seconds: 2}\n"


def connect(edge):
    return socket.create_connection(edge, TIMEOUT_S)


def http_answer(edge, request):
    """All that comes until the server closes."""
    answer = b""
    with connect(edge) as s:
        s.sendall(request)
        while data := s.recv(4096):
            answer += data
    return answer.decode()


def check_handshakes(edge):
    good = handshake()
    origin = f"Origin: {ORIGIN}\r\n"
    refused = {
        "a page that is not there": (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "426"),
        "no subprotocol": (handshake(origin), "400"),
        "an old version": (good.replace(b"Version: 13", b"Version: 8"), "426"),
        "another origin": (handshake("Sec-WebSocket-Protocol: sip\r\nOrigin: https://evil.example\r\n"), "403"),
        "a large request": (good[:-2] + b"Cookie: " + b"x" * 2048 + b"\r\n\r\n", "431"),
        "SIP": (OPTIONS.format(edge=edge, branch="x").encode(), "400"),
    }
    for what, (request, status) in refused.items():
        step(f"{what} is answered {status}")
        answer = http_answer(edge, request)
        assert answer.startswith(f"HTTP/1.1 {status} "), answer
    step("who says nothing is closed")
    assert http_answer(edge, b"GET /") == ""


def check_messages(edge):
    with connect(edge) as s:
        client = WebSocket(s)
        assert b"Extensions" not in client.response, client.response
        step("one message in one frame, text or binary, and in fragments with a ping between them")
        for number, frames in enumerate(([(TEXT, 0, None)], [(BINARY, 0, None)], None)):
            request = OPTIONS.format(edge=edge, branch=f"b{number}").encode()
            if frames:
                s.sendall(frame(frames[0][0], request))
            else:
                s.sendall(frame(TEXT, request[:50], final=False) + frame(PING, b"now"))
                assert client.receive_frame() == (PONG, b"now")
                s.sendall(frame(CONTINUATION, request[50:], final=True))
            opcode, answer = client.receive_frame()
            assert opcode == TEXT and answer.startswith(b"SIP/2.0 200 "), (opcode, answer)
            assert b";branch=z9hG4bKb%d" % number in answer, answer
        step("keepalives")
        client.sendall(b"\r\n")
        client.sendall(b"\r\n\r\n")
        assert client.receive_frame() == (TEXT, b"\r\n")
        step("closing handshake")
        s.sendall(frame(CLOSE, struct.pack("!H", 1000)))
        assert client.receive_frame() == (CLOSE, struct.pack("!H", 1000))
        assert s.recv(1) == b""


def check_refusals(edge):
    wrong = {
        "a message too large": (frame(TEXT, b"x" * 5000), 1009),
        "a text that is none": (frame(TEXT, b"\xff"), 1007),
        "a frame that is not masked": (b"\x81\x02hi", 1002),
        "a message that does not end": (frame(TEXT, b"OPTIONS", final=False), 1001),
    }
    for what, (octets, code) in wrong.items():
        step(f"{what} closes with {code}")
        with connect(edge) as s:
            client = WebSocket(s)
            s.sendall(octets)
            assert client.receive_frame() == (CLOSE, struct.pack("!H", code))


def check_limits(edge):
    """Frames end by themselves, so that what is wrong in one message does not harm the next."""
    for what, fields in (("a large header", "Subject: " + "x" * 2048 + "\r\n"), ("many header fields", "X: y\r\n" * 16)):
        step(f"a message with {what} is dropped, and the next one answered")
        with connect(edge) as s:
            client = WebSocket(s)
            for branch, more in (("dropped", fields), ("answered", "")):
                request = OPTIONS.format(edge=edge, branch=branch).replace("CSeq:", more + "CSeq:")
                s.sendall(frame(TEXT, request.encode()))
            _, answer = client.receive_frame()
            assert answer.startswith(b"SIP/2.0 200 ") and b"branch=z9hG4bKanswered" in answer, answer


def check_frames(options, directory, evidence):
    require_programs("openssl")
    edge = (ADDRESS, free_port(ADDRESS))
    more = LIMITS + f'websocket: {{origins: ["{ORIGIN}", none]}}\n'
    with Flowgate(options.flowgate, directory, [f"ws:{ADDRESS}:{edge[1]}"], more=more) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        check_handshakes(edge)
        check_messages(edge)
        check_refusals(edge)
        check_limits(edge)


if __name__ == "__main__":
    run(check_frames, limit_s=100)
