"""A Kamailio with one of the configurations beside this file, in a namespace."""
import os
import socket

from deadline import wait_for
from process import Process

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 5060
# A process namespace: none of Kamailio's processes outlives the first.
ALL_DIE_TOGETHER = ["unshare", "--pid", "--fork", "--kill-child"]
FOREGROUND = ["-DD", "-E"]
MEMORY = ["-m", "32", "-M", "8"]  # MiB shared by all processes, and of each


class Kamailio:
    """configuration: a file that has it listen at address, port 5060."""

    def __init__(self, namespace, directory, configuration, address):
        self.namespace, self.address = namespace, address
        file = os.path.join(HERE, configuration)
        argv = [
            *ALL_DIE_TOGETHER,
            "kamailio",
            *FOREGROUND,
            *MEMORY,
            "-w",
            directory,
            "-Y",
            directory,
            "-f",
            file,
        ]
        self.process = Process(argv, os.path.join(directory, "kamailio.log"), namespace, cwd=directory)
        try:
            wait_for("Kamailio to listen", self.is_ready, 15)
        except BaseException:
            self.stop()
            raise

    def is_ready(self):
        """Its TCP processes start after those for UDP."""
        if self.process.exit_status() is not None:
            raise AssertionError(f"Kamailio ended with {self.process.exit_status()}:\n{self.tail()}")
        with self.namespace.entered(), socket.socket() as probe:
            return probe.connect_ex((self.address, PORT)) == 0

    def tail(self):
        return self.process.log()[-6000:]

    def stop(self):
        """No good-bye: it keeps nothing that is worth one."""
        self.process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
