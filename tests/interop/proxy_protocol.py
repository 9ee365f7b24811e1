#!/usr/bin/env python3
"""A load balancer in front of TCP and TLS, which says for whom it connects: version 2 of the PROXY protocol."""
import base64
import os
import re
import socket
import struct

from deadline import wait_for
from flowgate import Flowgate, free_port
from namespaces import require_programs
from process import Process
from run import run, step
from user_agent import TIMEOUT_S, UserAgent, header

# All of 127.0.0.0/8 is this host.
EDGE, BALANCER, CLIENT, STRANGER = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
FAR_AWAY = [("198.51.100.7", 40000), ("2001:db8::7", 40001)]
ALICE, BOB = "sip:alice@example.com", "sip:bob@example.com"
INSTANCE = "urn:uuid:00000000-0000-4000-8000-0000000000a1"

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL, PROXY = 0x20, 0x21
UNSPEC, TCP4, TCP6 = 0x00, 0x11, 0x21
UNIQUE_ID = 0x05

HAPROXY_DEFAULTS = """\
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
"""
HAPROXY_LISTENER = """\
listen {transport}
  bind {balancer[0]}:{balancer[1]}
  server edge {edge[0]}:{edge[1]} source {balancer[0]} send-proxy-v2 check check-send-proxy
"""


def check_client(agent, caller_edge, client=None):
    """Via says where alice seems to come from, the token in a call where her flow ends, and the call gets there."""
    client = client or agent.socket.getsockname()[:2]
    answer = agent.register(ALICE, instance=INSTANCE)
    assert answer.startswith("SIP/2.0 200 "), answer
    assert source_in_via(answer) == client, f"not {client}: {answer}"
    with UserAgent("udp", caller_edge) as bob:
        bob.request("INVITE", ALICE, BOB, contact=f"<sip:bob@{bob.host_port}>")
        invite = agent.receive_message()
        assert invite.startswith("INVITE "), invite
        ends = [flow_end(route) for route in header(invite, "Record-Route")]
        assert client in ends, f"{client} is not in {ends}: {invite}"
        agent.answer(invite, "486 Busy Here")
        while not (answer := bob.receive_message()).startswith("SIP/2.0 486 "):
            assert answer.startswith("SIP/2.0 1"), answer


def source_in_via(answer):
    (via,) = header(answer, "Via")
    received, rport = (re.search(rf";{name}=([^;]+)", via) for name in ("received", "rport"))
    assert received and rport, via
    return received[1], int(rport[1])


def flow_end(route):
    """The remote end of the flow in the token of a Record-Route; flowtoken/token.h has the layout."""
    text = re.search(r"sips?:([^@]+)@", route)[1]
    token = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    size = 16 if token[13] & 0x08 else 4
    remote = token[14 + size + 2 : 14 + 2 * (size + 2)]
    address, port = remote[:size], remote[size:]
    if address.startswith(bytes(10) + b"\xff\xff"):
        address = address[12:]
    family = socket.AF_INET6 if len(address) == 16 else socket.AF_INET
    return socket.inet_ntop(family, address), struct.unpack("!H", port)[0]


def proxy_header(command, family, block=b""):
    return SIGNATURE + struct.pack("!BBH", command, family, len(block)) + block


def on_behalf_of(client):
    """The header of a TCP connection from this (address, port), with a vector behind the addresses."""
    address, port = client
    family, protocol = (socket.AF_INET6, TCP6) if ":" in address else (socket.AF_INET, TCP4)
    octets = socket.inet_pton(family, address)
    vector = struct.pack("!BH", UNIQUE_ID, 4) + os.urandom(4)
    return proxy_header(PROXY, protocol, octets + octets + struct.pack("!HH", port, 5060) + vector)


def check_headers(edges, caller_edge):
    """What a balancer may say, and what those who are none are served like."""
    for transport, edge in edges.items():
        for client in FAR_AWAY:
            step(f"REGISTER and a call over {transport} for {client[0]}")
            with UserAgent(transport, edge, BALANCER, on_behalf_of(client)) as alice:
                check_client(alice, caller_edge, client)
        step(f"REGISTER and a call over {transport} for the balancer itself")
        with UserAgent(transport, edge, BALANCER, proxy_header(LOCAL, UNSPEC)) as alice:
            check_client(alice, caller_edge)
        step(f"REGISTER and a call over {transport} without a balancer")
        with UserAgent(transport, edge, STRANGER) as alice:
            check_client(alice, caller_edge)


def check_refusals(edges):
    refused = {
        "a stranger with a header": (STRANGER, on_behalf_of(FAR_AWAY[0])),
        "the balancer with a request and no header": (BALANCER, b"OPTIONS sip:example.com SIP/2.0\r\n"),
        "the balancer with a TLS handshake and no header": (BALANCER, b"\x16\x03\x01\x02\x00\x01"),
        "the balancer with version 1": (BALANCER, b"PROXY TCP4 198.51.100.7 127.0.0.1 40000 5060\r\n"),
        "the balancer with a vector cut short": (BALANCER, proxy_header(PROXY, TCP4, bytes(12) + b"\4\0\5")),
        "the balancer with a header too long": (BALANCER, proxy_header(LOCAL, UNSPEC, bytes(521))),
    }
    for transport, edge in edges.items():
        for what, (source, octets) in refused.items():
            step(f"{what} is closed, over {transport}")
            assert closes(edge, source, octets)


def closes(edge, source, octets):
    with socket.create_connection(edge, TIMEOUT_S, (source, 0)) as connection:
        try:
            connection.sendall(octets)
            # TLS may have a last word: an alert (RFC 8446 §6). The header begins as a ping does, which is answered.
            while data := connection.recv(4096):
                assert data[0] == 21 or data == b"\r\n", data
        except ConnectionError:
            pass
        except socket.timeout:
            return False
    return True


def check_haproxy(edges, caller_edge, directory, evidence):
    port = free_port(BALANCER)
    balancers = {transport: (BALANCER, port + number) for number, transport in enumerate(edges)}
    listeners = [
        HAPROXY_LISTENER.format(transport=transport, balancer=balancers[transport], edge=edge)
        for transport, edge in edges.items()
    ]
    configuration = os.path.join(directory, "haproxy.cfg")
    with open(configuration, "w") as f:
        f.write("".join([HAPROXY_DEFAULTS, *listeners]))
    log = os.path.join(directory, "haproxy.log")
    with Process(["haproxy", "-db", "-f", configuration], log) as haproxy:
        evidence.add("haproxy's log", haproxy.log)
        for transport, balancer in balancers.items():
            wait_for("haproxy to listen", lambda address=balancer: is_open(address), 10)
            step(f"REGISTER and a call over {transport} through haproxy")
            with UserAgent(transport, balancer, CLIENT) as alice:
                check_client(alice, caller_edge)


def is_open(address):
    with socket.socket() as s:
        return s.connect_ex(address) == 0


def check_proxy_protocol(options, directory, evidence):
    require_programs("openssl", *(["haproxy"] if options.balancer == "haproxy" else []))
    port = free_port(EDGE)
    edges = {"tcp": (EDGE, port), "tls": (EDGE, port + 1)}
    listen = [f"{transport}:{EDGE}:{its_port}" for transport, (_, its_port) in edges.items()]
    trust = f"proxy_protocol: {{from: [{BALANCER}/32]}}\n"
    with Flowgate(options.flowgate, directory, [f"udp:{EDGE}:{port}", *listen], more=trust) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        if options.balancer == "haproxy":
            check_haproxy(edges, (EDGE, port), directory, evidence)
        else:
            check_headers(edges, (EDGE, port))
            check_refusals(edges)


if __name__ == "__main__":
    run(check_proxy_protocol, limit_s=100, balancer=["socket", "haproxy"])
