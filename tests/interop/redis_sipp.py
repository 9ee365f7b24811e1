#!/usr/bin/env python3
"""sipp registers over a TCP connection to one flowgate, and takes on it 200 calls that come to another one; both share a
Redis."""
from namespaces import require_programs
from nodes import Node
from redis_server import Redis
from run import run, step
from sipp_registers import CALLS, start_callee, start_caller


def text(address):
    return f"{address[0]}:{address[1]}"


def check_calls(options, directory, evidence):
    require_programs("sipp", "redis-server", "openssl")
    with Redis(directory) as redis:
        west = Node(options.flowgate, directory, "west", redis.url())
        east = Node(options.flowgate, directory, "east", redis.url())
        for node in (west, east):
            evidence.add(node.name, node.log)
        with west, east, start_callee(directory, evidence, text(west.at("tcp"))):
            step(f"{CALLS} calls from {options.transport}")
            with start_caller(options, directory, evidence, text(east.at(options.transport))) as uac:
                uac.wait(60)
                assert uac.counts() == (CALLS, 0), f"(successful, failed) = {uac.counts()}"


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp"])
