"""How every test runs: options, scratch directory, time limit, and what is printed when it fails."""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import traceback

from namespaces import Unavailable, sweep

SKIPPED = 77


class Interrupted(Exception):
    """The time limit passed, or somebody asked the test to stop; everything is cleaned up on the way out."""


class Evidence:
    """What helps to understand a failure: named texts, asked for only then."""

    def __init__(self):
        self.sources = []

    def add(self, name, text):
        self.sources.append((name, text))

    def show(self):
        for name, text in self.sources:
            print(f"---- {name}\n{text()}", flush=True)


def run(test, limit_s, **choices):
    """Runs test(options, directory, evidence) and exits: 0 passed, 1 failed, 77 not possible here."""
    options = parse_options(test.__module__, choices)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, interrupt)
    signal.alarm(limit_s)
    directory = tempfile.mkdtemp(prefix="flowgate-interop-")
    status = 1
    try:
        sweep()
        status = attempt(test, options, directory)
    finally:
        signal.alarm(0)
        if options.keep:
            print(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    sys.exit(status)


def attempt(test, options, directory):
    evidence = Evidence()
    try:
        test(options, directory, evidence)
    except Unavailable as e:
        print(f"skipped: {e}")
        return SKIPPED
    except Exception:
        evidence.show()
        traceback.print_exc(file=sys.stdout)
        return 1
    print("passed")
    return 0


def parse_options(name, choices):
    parser = argparse.ArgumentParser(description=sys.modules[name].__doc__)
    parser.add_argument("--flowgate", required=True, help="the program under test")
    parser.add_argument("--keep", action="store_true", help="keep the scratch directory")
    for choice, values in choices.items():
        parser.add_argument(f"--{choice}", choices=values, default=values[0])
    options = parser.parse_args()
    options.flowgate = os.path.abspath(options.flowgate)
    return options


def interrupt(number, _):
    raise Interrupted("time limit reached" if number == signal.SIGALRM else signal.Signals(number).name)


def step(text):
    print(text, flush=True)
