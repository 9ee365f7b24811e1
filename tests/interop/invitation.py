"""An INVITE over UDP that has reached its callee, whatever becomes of the server afterwards."""
from user_agent import UserAgent, header


class Invitation:
    """Two devices are registered, one calls the other. names: of their AORs."""

    def __init__(self, edge, names):
        self.caller, self.callee = UserAgent("udp", edge), UserAgent("udp", edge)
        self.aors = [f"sip:{name}@example.com" for name in names]
        for agent, aor in zip((self.caller, self.callee), self.aors):
            self.registered = agent.register(aor, instance=f"urn:uuid:00000000-0000-4000-8000-{agent.token}")
            assert self.registered.startswith("SIP/2.0 200 "), self.registered
        self.caller.request("INVITE", self.aors[1], self.aors[0], contact=contact(self.caller))
        self.invite = self.callee.receive_message()
        self.routes = header(self.invite, "Record-Route")

    def close(self):
        self.caller.socket.close()
        self.callee.socket.close()


def contact(agent):
    return f"<sip:{agent.host_port}>"


def send(agent, lines):
    message = "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()
    try:
        agent.send(message)
    except ConnectionRefusedError:  # of something that was sent while nobody listened
        agent.send(message)


def receive(agent):
    """None: what was sent before has come to nobody."""
    try:
        return agent.receive_message()
    except ConnectionRefusedError:
        return None
