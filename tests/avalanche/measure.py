#!/usr/bin/env python3
"""Offers more and more REGISTERs to one shard on one core, with overload control and without, while calls are in progress,
and draws what comes of it: measure.py --build build --svg docs/overload.svg (a Release build)."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
sys.dont_write_bytecode = True

from call_in_progress import CallsInProgress  # noqa: E402
from flowgate import Flowgate, free_port  # noqa: E402
from plot import draw  # noqa: E402

ADDRESS = "127.0.0.1"
RATES = [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000, 120_000]
SECONDS = 5
ON, OFF = "on", "off"
CONFIGURATION = {ON: "threads: 1\n", OFF: "threads: 1\noverload: {max_delay_ms: 0}\n"}
THREADS_OF_CALLS = 4


def bind_to(pid, cores):
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), cores)


def measure(build, control, rate):
    """One fresh process, one rate."""
    port = free_port(ADDRESS)
    edge = (ADDRESS, port)
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(build, "flowgate")
        listen = [f"udp:{ADDRESS}:{port}"]
        with Flowgate(program, directory, listen, more=CONFIGURATION[control]) as flowgate:
            cores = sorted(os.sched_getaffinity(0))
            bind_to(flowgate.process.child.pid, cores[:1])
            calls = [CallsInProgress(edge, calls=4, first=4 * i) for i in range(THREADS_OF_CALLS)]
            generator = subprocess.Popen(
                [os.path.join(build, "tests", "avalanche", "avalanche"), "--once", "--server", f"{ADDRESS}:{port}"]
                + ["--uas", str(rate * SECONDS), "--within", str(SECONDS)],
                stdout=subprocess.PIPE,
                text=True,
            )
            bind_to(generator.pid, cores[1:])
            time.sleep(1)  # until it runs at its rate
            for each in calls:
                each.begin()
            time.sleep(SECONDS - 1.5)
            for each in calls:
                each.stop()
            result = json.loads(generator.communicate()[0])
    milliseconds = sorted(ms for each in calls for ms in each.milliseconds())
    return {
        "control": control,
        "offered": rate,
        "served": result["registered"] / SECONDS,
        "shed": result["refused"] / SECONDS,
        "dialog_p99_ms": milliseconds[int(0.99 * (len(milliseconds) - 1))],
        "dialog_requests": len(milliseconds),
    }


def median(rows):
    """Of several runs of the same."""
    return {key: statistics.median(row[key] for row in rows) if key != "control" else rows[0][key] for key in rows[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--svg")
    options = parser.parse_args()
    rows = []
    for rate in RATES:
        for control in (ON, OFF):
            runs = [measure(os.path.abspath(options.build), control, rate) for _ in range(options.runs)]
            rows.append(median(runs))
            print(json.dumps(rows[-1]), flush=True)
    if options.svg:
        pathlib.Path(options.svg).write_text(draw(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
