#!/usr/bin/env python3
"""What an operator's programs ask over HTTP: /metrics in Prometheus' format, and /health."""
import http.client
import re
import socket
import time

from flowgate import Flowgate, free_port
from run import run, step
from start_stop import finish
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
LINE = re.compile(r'(flowgate_[a-z_]+)(\{[a-z]+="[A-Za-z0-9.]+"\})? (\d+)')


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
        for series in ("requests_total", '{method="REGISTER"}'), ("responses_total", '{class="2xx"}'):
            name = "flowgate_" + series[0], series[1]
            assert (before[name], after[name]) == (0, 1), after
        alice.request("MADE-UP", "sip:example.com", "sip:alice@example.com")
        alice.receive_message()
        strange = metrics(port)
        assert strange["flowgate_requests_total", '{method="other"}'] == 1, strange
        assert strange.keys() == after.keys(), strange
        assert [labels for name, labels in after if name == "flowgate_build_info"], after
        assert after["flowgate_bindings", ""] == 1, after
        connections = [number for (name, _), number in after.items() if name == "flowgate_connections"]
        assert len(connections) == 2 and sum(connections) == 1, after


def check_refusals(port):
    step("what is refused")
    assert ask(port, "/")[0] == ask(port, "/", "POST")[0] == 404
    status, _, response = ask(port, "/metrics", "DELETE")
    assert status == 405 and response.getheader("Allow") == "GET, HEAD"
    status, body, response = ask(port, "/metrics", "HEAD")
    assert status == 200 and body == "" and int(response.getheader("Content-Length")) > 0
    for octets in (b"no HTTP at all\r\n\r\n", b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection((ADDRESS, port), timeout=10) as peer:
            peer.sendall(octets)
            assert peer.recv(100).startswith(b"HTTP/1.1 400 "), octets[:20]
    with socket.create_connection((ADDRESS, port), timeout=10) as peer:
        peer.sendall(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        assert peer.recv(100).startswith(b"HTTP/1.1 413 ")


def check_keep_alive(port):
    step("several requests over one connection")
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/health")
        response = connection.getresponse()
        assert response.read() == b"ok\n" and not response.will_close
    connection.request("GET", "/health", headers={"Connection": "close"})
    response = connection.getresponse()
    assert response.read() == b"ok\n" and response.will_close
    connection.close()


def check_slow_client(port):
    """An octet now and then does not make the ten seconds longer; others are served meanwhile."""
    step("a slow client")
    begin = time.monotonic()
    with socket.create_connection((ADDRESS, port), timeout=0.5) as peer:
        for octet in b"GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 100:
            try:
                peer.sendall(bytes([octet]))
                assert peer.recv(100) == b"", "a request that is not whole was answered"
                break
            except socket.timeout:
                assert ask(port, "/health")[0] == 200
            except ConnectionError:
                break
    took = time.monotonic() - begin
    assert 9 < took < 15, took


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


def check_taken_port(program, configuration, sip, port):
    step("a port that is taken")
    second = configuration + ".second"
    with open(configuration) as first, open(second, "w") as file:
        file.write(first.read().replace(f":{sip}", f":{free_port(ADDRESS)}"))
    status, output = finish([program, "--config", second])
    assert status == 1 and len(output.splitlines()) == 1 and f"admin {ADDRESS}:{port}" in output, (status, output)


def check_stop(flowgate, port):
    step("SIGTERM")
    with socket.create_connection((ADDRESS, port), timeout=10) as half:
        half.sendall(b"GET /metrics HTTP/1.1\r\nHo")
        assert ask(port, "/health")[0] == 200
        assert flowgate.process.stop() == 0
        try:
            assert half.recv(100) == b""
        except ConnectionError:
            pass


def check_metrics(options, directory, evidence):
    sip, port = free_port(ADDRESS), free_port(ADDRESS)
    more = f"threads: 2\nadmin: {{listen: {ADDRESS}:{port}}}\n"
    flowgate = Flowgate(options.flowgate, directory, [f"tcp:{ADDRESS}:{sip}"], more=more)
    evidence.add("flowgate's log", flowgate.tail)
    try:
        assert f"metrics at http://{ADDRESS}:{port}/metrics" in flowgate.log()
        check_numbers(port, sip)
        check_refusals(port)
        check_keep_alive(port)
        check_slow_client(port)
        check_many_connections(port)
        check_taken_port(options.flowgate, flowgate.configuration, sip, port)
        check_stop(flowgate, port)
    finally:
        flowgate.process.stop()


if __name__ == "__main__":
    run(check_metrics, limit_s=50)
