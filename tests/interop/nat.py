"""A home router: one public address, public ports of its own choice, no way in from outside."""
from namespaces import Namespace, link

# "random" and a range of its own: no public port ever equals the private one. The input and forward chains
# drop what is no answer to something sent from inside, silently, as home routers do.
RULES = """
flush ruleset
table ip nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    oifname "wan" meta l4proto {{ tcp, udp }} masquerade to :{first_port}-{last_port} random
  }}
}}
table ip filter {{
  chain forward {{
    type filter hook forward priority filter; policy drop
    iifname "lan" oifname "wan" accept
    ct state established,related accept
  }}
  chain input {{
    type filter hook input priority filter; policy drop
    iifname "lan" accept
    ct state established,related accept
  }}
}}
"""


class Nat:
    def __init__(self, role, public_address, private_address):
        self.namespace = Namespace(role)
        self.public_address = public_address
        self.private_address = private_address
        self.ports = None

    def connect(self, public, public_port_name, home):
        """Cables: wan to the public network, lan to the home."""
        link(public, public_port_name, self.namespace, "wan")
        link(home, "eth0", self.namespace, "lan")
        self.namespace.ip("address", "add", f"{self.public_address}/24", "dev", "wan")
        self.namespace.ip("address", "add", f"{self.private_address}/24", "dev", "lan")
        self.namespace.set_sysctl("net.ipv4.ip_forward", 1)

    def use_ports(self, first_port, last_port):
        """From now on new mappings get public ports of this range."""
        self.ports = range(first_port, last_port + 1)
        self.namespace.run(["nft", "-f", "-"], RULES.format(first_port=first_port, last_port=last_port))

    def reboot(self, first_port, last_port):
        """Forgets every mapping; the same private port gets another public port next time."""
        self.use_ports(first_port, last_port)
        self.namespace.run(["conntrack", "-F"])

    def __enter__(self):
        self.namespace.__enter__()
        return self

    def __exit__(self, *exception):
        self.namespace.__exit__(*exception)
