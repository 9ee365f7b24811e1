#!/usr/bin/env python3
"""What an operator's programs ask over HTTP: /metrics in Prometheus' format, and /health."""
import http.client
import re
import socket

from flowgate import Flowgate, free_port
from run import run, step
from start_stop import finish
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
LINE = re.compile(r'(flowgate_[a-z_]+)(\{[a-z]+="[a-z0-9]+"\})? (\d+)')


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode(), response
    finally:
        connection.close()


def metrics(port):
    """{(name, labels): number}, every line being one of the format."""
    status, text, response = ask(port, "/metrics")
    assert status == 200 and response.getheader("Content-Type").startswith("text/plain; version=0.0.4"), text
    values, described = {}, set()
    for line in text.splitlines():
        if line.startswith("# "):
            described.add(line.split()[2])
            continue
        name, labels, number = LINE.fullmatch(line).groups()
        assert name in described, line
        values[name, labels or ""] = int(number)
    return values


def check_numbers(port, sip):
    step("the numbers")
    assert ask(port, "/health")[:2] == (200, "ok\n")
    before = metrics(port)
    assert before["flowgate_bindings", ""] == 0, before
    with UserAgent("tcp", (ADDRESS, sip)) as alice:
        alice.register("sip:alice@example.com", instance="urn:uuid:00000000-0000-1000-8000-000000000001")
        after = metrics(port)
        assert after["flowgate_bindings", ""] == 1, after
        connections = [number for (name, _), number in after.items() if name == "flowgate_connections"]
        assert len(connections) == 2 and sum(connections) == 1, after


def check_refusals(port):
    step("what is refused")
    assert ask(port, "/")[0] == 404
    status, _, response = ask(port, "/metrics", "DELETE")
    assert status == 405 and response.getheader("Allow") == "GET, HEAD"
    status, body, response = ask(port, "/metrics", "HEAD")
    assert status == 200 and body == "" and int(response.getheader("Content-Length")) > 0
    for octets in (b"no HTTP at all\r\n\r\n", b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection((ADDRESS, port), timeout=10) as peer:
            peer.sendall(octets)
            assert peer.recv(100).startswith(b"HTTP/1.1 400 "), octets[:20]


def check_many_connections(port):
    """Those that say nothing take no place for ever, and those beyond the limit are closed."""
    step("many connections")
    peers = [socket.create_connection((ADDRESS, port), timeout=20) for _ in range(17)]
    assert peers[-1].recv(1) == b""
    for peer in peers:
        peer.close()
    while True:
        try:
            return metrics(port)
        except (ConnectionError, http.client.HTTPException):
            pass  # they are not all gone


def check_metrics(options, directory, evidence):
    sip, port = free_port(ADDRESS), free_port(ADDRESS)
    more = f"threads: 2\nadmin: {{listen: {ADDRESS}:{port}}}\n"
    flowgate = Flowgate(options.flowgate, directory, [f"tcp:{ADDRESS}:{sip}"], more=more)
    evidence.add("flowgate's log", flowgate.tail)
    try:
        assert f"metrics at http://{ADDRESS}:{port}/metrics" in flowgate.log()
        check_numbers(port, sip)
        check_refusals(port)
        check_many_connections(port)
        step("a port that is taken")
        configuration = flowgate.configuration + ".second"
        with open(flowgate.configuration) as first, open(configuration, "w") as second:
            second.write(first.read().replace(f":{sip}", f":{free_port(ADDRESS)}"))
        status, output = finish([options.flowgate, "--config", configuration])
        assert status == 1 and f"admin {ADDRESS}:{port}" in output, (status, output)
        assert flowgate.process.stop() == 0
    finally:
        flowgate.process.stop()


if __name__ == "__main__":
    run(check_metrics, limit_s=50)
