"""The network of the call tests.

    home_a --- nat_a ---+
    192.168.1.10        +--- public (198.51.100.1: flowgate)
    home_b --- nat_b ---+
    192.168.1.10

Both homes use the very same private address: nothing may be keyed on it.
"""
import contextlib

from namespaces import Namespace
from nat import Nat

SERVER = "198.51.100.1"
PUBLIC = {"a": "198.51.100.11", "b": "198.51.100.12"}
ROUTER = "192.168.1.1"
CLIENT = "192.168.1.10"
FIRST_PORTS = (20000, 29999)
OTHER_PORTS = (30000, 39999)


class Neighbourhood:
    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.homes = {}
        self.nats = {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.public = stack.enter_context(Namespace("public"))
            self.public.ip("link", "add", "net0", "type", "bridge")
            self.public.ip("address", "add", f"{SERVER}/24", "dev", "net0")
            self.public.ip("link", "set", "net0", "up")
            for side in PUBLIC:
                self.build_home(stack, side)
            self.stack = stack.pop_all()
        return self

    def build_home(self, stack, side):
        home = self.homes[side] = stack.enter_context(Namespace(f"home_{side}"))
        nat = self.nats[side] = stack.enter_context(Nat(f"nat_{side}", PUBLIC[side], ROUTER))
        nat.connect(self.public, f"port_{side}", home)
        nat.use_ports(*FIRST_PORTS)
        self.public.ip("link", "set", f"port_{side}", "master", "net0")
        home.ip("address", "add", f"{CLIENT}/24", "dev", "eth0")
        home.ip("route", "add", "default", "via", ROUTER)

    def __exit__(self, *exception):
        return self.stack.__exit__(*exception)
