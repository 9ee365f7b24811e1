#!/usr/bin/env python3
"""flowgate user add, list, password, remove with users in Redis: what is done with the configuration of one node is known
with that of another, and Redis holds no password."""
import os

from namespaces import require_programs
from nodes import Node
from redis_server import Redis
from run import run, step
from user_agent import UserAgent
from user_commands import SECRET, Commands


def check(options, directory, evidence):
    require_programs("redis-server")
    with Redis(directory, appendonly=True) as redis:
        evidence.add("redis", redis.tail)
        west = Node(options.flowgate, directory, "west", redis.url())
        east = Node(options.flowgate, directory, "east", redis.url())
        with west, east:
            here, there = (Commands(options.flowgate, node.server) for node in (west, east))
            here.works("add", "alice", "--password-stdin", "--aor", "sales@Example.com", password=SECRET + "\n")
            there.works("add", "bob", "--password-stdin", password="builder\n")
            for commands in (here, there):
                assert commands.works("list") == "alice sales@example.com\nbob\n", commands.works("list")
            there.works("password", "alice", "--password-stdin", password=SECRET + "\n")
            here.works("remove", "bob")
            assert there.works("list") == "alice sales@example.com\n"
            here.is_refused("there is this user already", "add", "alice", "--password-stdin", password="x\n")
            step("add, list, password, remove")
            with UserAgent("udp", east.at("udp")) as device:
                assert device.register("sip:alice@example.com").startswith("SIP/2.0 200 ")
            for folder, _, names in os.walk(redis.directory):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as f:
                        assert SECRET.encode() not in f.read(), name
            step("no password in any file of Redis")
            redis.kill()
            status, output = here.user("list")
            assert status == 2 and "not connected" in output, output
            step("without Redis the command says so")


if __name__ == "__main__":
    run(check, limit_s=100)
