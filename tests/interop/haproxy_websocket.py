#!/usr/bin/env python3
"""haproxy in front of WebSocket listeners: it passes TLS on and says for whom it connects, or ends TLS itself, and then
nothing about the flow counts as secure."""
import os

from deadline import wait_for
from flowgate import Flowgate, free_port
from namespaces import require_programs
from nodes import receive
from process import Process
from proxy_protocol import ALICE, BALANCER, CLIENT, EDGE, HAPROXY_DEFAULTS, is_open
from run import run, step
from user_agent import UserAgent, header

HTTP_PROXY = "127.0.0.5"
CONFIG = HAPROXY_DEFAULTS + """\
listen passed
  bind {balancer}:{port}
  server edge {edge}:{wss} source {balancer} send-proxy-v2
listen ended
  mode http
  timeout tunnel 1m
  bind {http_proxy}:{port} ssl crt {certificate}
  server edge {edge}:{ws} source {http_proxy}
"""


def check(options, directory, evidence):
    require_programs("openssl", "haproxy")
    port = free_port(EDGE)
    tls, ws, wss, balanced = (free_port(EDGE) for _ in range(4))
    listen = [f"udp:{EDGE}:{port}", f"tls:{EDGE}:{tls}", f"ws:{EDGE}:{ws}", f"wss:{EDGE}:{wss}"]
    more = f"proxy_protocol: {{from: [{BALANCER}]}}\n"
    with Flowgate(options.flowgate, directory, listen, more=more) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        configuration = configure(directory, flowgate, ws, wss, balanced)
        with Process(["haproxy", "-db", "-f", configuration], os.path.join(directory, "haproxy.log")) as haproxy:
            evidence.add("haproxy's log", haproxy.log)
            for proxy, source, secure in ((BALANCER, CLIENT, True), (HTTP_PROXY, HTTP_PROXY, False)):
                wait_for("haproxy to listen", lambda address=(proxy, balanced): is_open(address), 10)
                step(f"through {proxy}: it comes from {source}, and is {'' if secure else 'not '}secure")
                with UserAgent("wss", (proxy, balanced), CLIENT) as alice:
                    check_client(alice, (EDGE, port), (EDGE, tls), source, secure)


def configure(directory, flowgate, ws, wss, port):
    certificate = os.path.join(directory, "haproxy.pem")
    with open(certificate, "w") as pair:
        for name in ("cert.pem", "key.pem"):
            with open(os.path.join(flowgate.directory, name)) as f:
                pair.write(f.read())
    configuration = os.path.join(directory, "haproxy.cfg")
    with open(configuration, "w") as f:
        text = CONFIG.format(
            balancer=BALANCER, http_proxy=HTTP_PROXY, edge=EDGE, ws=ws, wss=wss, port=port, certificate=certificate
        )
        f.write(text)
    return configuration


def check_client(alice, plain, tls, source, secure):
    answer = alice.register(ALICE)
    assert answer.startswith("SIP/2.0 200 "), answer
    assert f";received={source}" in header(answer, "Via")[0], answer
    for transport, edge, uri, arrives in (
        ("udp", plain, ALICE, True),
        ("tls", tls, ALICE.replace("sip:", "sips:"), secure),
    ):
        with UserAgent(transport, edge) as bob:
            bob.request("MESSAGE", uri, "sip:bob@elsewhere.example")
            if arrives:
                alice.answer(receive(alice, "MESSAGE "), "200 OK")
            answer = receive(bob, "SIP/2.0 ")
            assert answer.startswith("SIP/2.0 200 " if arrives else "SIP/2.0 480 "), (uri, answer)


if __name__ == "__main__":
    run(check, limit_s=50)
