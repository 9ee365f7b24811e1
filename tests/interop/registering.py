"""A stream of REGISTERs, each for another user, and which of them were acknowledged."""
import threading

from run import step
from user_agent import UserAgent, header


class Registering:
    """So many devices at each of the nodes, each registering one user after the other until stop()."""

    def __init__(self, nodes, devices=4):
        self.acknowledged, self.refused = [], 0
        self.stopping = False
        self.lock = threading.Lock()
        self.failure = None
        self.threads = [
            threading.Thread(target=self.work, args=(node, f"{node.name}{i}"), daemon=True)
            for node in nodes
            for i in range(devices)
        ]
        for thread in self.threads:
            thread.start()

    def work(self, node, name):
        try:
            with UserAgent("udp", node.at("udp")) as device:
                for number in range(1, 10**9):
                    if self.stopping:
                        return
                    self.note(device, f"sip:{name}-{number}@example.com")
        except Exception as e:  # told by the one who waits
            self.failure = e

    def note(self, device, aor):
        answer = device.register(aor)
        with self.lock:
            if answer.startswith("SIP/2.0 200 "):
                self.acknowledged.append(aor)
            else:
                assert answer.startswith("SIP/2.0 503 ") and header(answer, "Retry-After"), answer
                self.refused += 1

    def count(self):
        if self.failure:
            raise self.failure
        with self.lock:
            return len(self.acknowledged)

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        self.count()

    def check_nothing_lost(self, nodes):
        """Each of them knows all that were acknowledged."""
        for node in nodes:
            missing = lost(node, self.acknowledged)
            step(f"{node.name}: {len(self.acknowledged)} acknowledged, {self.refused} refused, {len(missing)} lost")
            assert not missing, missing[:10]


def lost(node, aors):
    """Those that the node knows nothing of."""
    missing = []
    with UserAgent("udp", node.at("udp")) as asking:
        for aor in aors:
            asking.request("REGISTER", "sip:example.com", aor, to=aor)
            if not header(asking.receive_message(), "Contact"):
                missing.append(aor)
    return missing
