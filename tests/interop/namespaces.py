"""Network namespaces named after this process, and the links between them."""
import contextlib
import ctypes
import os
import re
import shutil
import subprocess

CLONE_NEWNET = 0x40000000
RUN = "/run/netns"
PREFIX = "flowgate"
libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """This machine does not let us make namespaces or NAT rules; the message says what is missing."""


def run(argv, stdin=None):
    try:
        done = subprocess.run(
            argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except FileNotFoundError as e:
        raise Unavailable(f"{argv[0]} is not installed") from e
    if done.returncode:
        raise Unavailable(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


class Namespace:
    def __init__(self, role):
        self.role = role
        self.name = f"{PREFIX}-{os.getpid()}-{role}"
        run(["ip", "netns", "add", self.name])
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments):
        return run(["ip", "-n", self.name, *arguments])

    def command(self, argv):
        return ["ip", "netns", "exec", self.name, *argv]

    def run(self, argv, stdin=None):
        return run(self.command(argv), stdin)

    @contextlib.contextmanager
    def entered(self):
        """This thread is inside; a socket made meanwhile stays inside for its whole life."""
        with open("/proc/thread-self/ns/net") as home, open(f"{RUN}/{self.name}") as inside:
            set_namespace(inside)
            try:
                yield
            finally:
                set_namespace(home)

    def set_sysctl(self, name, value):
        with self.entered(), open("/proc/sys/" + name.replace(".", "/"), "w") as f:
            f.write(str(value))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "del", self.name], stderr=subprocess.DEVNULL, check=False)


def set_namespace(file):
    if libc.setns(file.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def link(one, name_in_one, other, name_in_other):
    """A cable: a veth pair with one end in each namespace, both up."""
    one.ip("link", "add", name_in_one, "type", "veth", "peer", "name", name_in_other, "netns", other.name)
    one.ip("link", "set", name_in_one, "up")
    other.ip("link", "set", name_in_other, "up")


def require_programs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")


def sweep():
    """Removes what a run left behind that was killed before it could clean up (its process is gone)."""
    for name in os.listdir(RUN) if os.path.isdir(RUN) else []:
        owner = re.fullmatch(rf"{PREFIX}-(\d+)-\w+", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)
