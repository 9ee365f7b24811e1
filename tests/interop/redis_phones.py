#!/usr/bin/env python3
"""Two baresips, each behind its own NAT and registered at a flowgate of its own, call each other; the flowgates share a
Redis. Either side hangs up or gives up."""
import os

from flowgate import Flowgate
from ladder import call_both_ways
from namespaces import require_programs
from neighbourhood import SERVER
from nodes import NODE
from redis_server import Redis
from run import run, step
from street import Street

OTHER_PORT = 5070


class Town(Street):
    """alice registers at one node, bob at the other."""

    def build_flowgate(self, listen):
        self.redis = Redis(self.directory, password="secret", namespace=self.net.public, address=SERVER)
        template = self.template(NODE.replace("URL", self.redis.url()).replace("MORE", ""))
        other = [f"{transport}:{SERVER}:{OTHER_PORT}" for transport in ("udp", "tcp")]
        self.other = self.node("east/1", other, template)
        return self.node("west/1", listen, template)

    def template(self, template):
        return template

    def node(self, name, listen, template):
        own = os.path.join(self.directory, name)
        os.makedirs(own)
        node = Flowgate(
            self.options.flowgate,
            own,
            listen,
            flow_timer=self.flow_timer,
            namespace=self.net.public,
            template=template,
        )
        self.evidence.add(f"{name}: log", node.tail)
        return node

    def edge_of(self, side):
        return f"{SERVER}:{OTHER_PORT}" if side == "b" else super().edge_of(side)

    def __exit__(self, *exception):
        try:
            return super().__exit__(*exception)
        finally:
            self.other.process.stop()
            self.redis.process.kill()


def check_calls(options, directory, evidence):
    require_programs("redis-server")
    with Town(options, directory, evidence, flow_timer=20) as town:
        step(f"registered at a node each, over {options.transport}")
        alice, bob = town.alice, town.bob
        call_both_ways(alice, bob)
        assert (alice.seen("CALL_INCOMING"), bob.seen("CALL_INCOMING")) == (4, 4), "somebody rang too often"


if __name__ == "__main__":
    run(check_calls, limit_s=170, transport=["udp", "tcp", "udp-tcp"])
