"""A child process: its output in a file, stopped by its own pid, never outliving the test."""
import ctypes
import os
import signal
import subprocess

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """Runs in the child: the kernel kills it when the test goes, even when that was killed with SIGKILL."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Process:
    """commands: it reads them from its standard input."""

    def __init__(self, argv, log, namespace=None, cwd=None, env=None, commands=False):
        self.name = os.path.basename(argv[0])
        self.log_file = log
        if namespace:
            argv = namespace.command(argv)
        with open(log, "wb") as out:
            self.child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE if commands else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )

    def command(self, line):
        self.child.stdin.write(f"{line}\n".encode())
        self.child.stdin.flush()

    def exit_status(self):
        """None while it runs; the negative signal number when a signal ended it."""
        return self.child.poll()

    def log(self):
        with open(self.log_file, errors="replace") as f:
            return f.read()

    def kill(self):
        """No good-bye."""
        self.child.kill()
        self.child.wait()

    def stop(self, seconds=5):
        """Asks with SIGTERM, insists with SIGKILL; returns the exit status."""
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
