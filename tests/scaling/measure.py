#!/usr/bin/env python3
"""How cost and throughput grow with shards, with registered bindings and with flows (a Release build): by turns, so that what
else the machine does touches all alike.

  measure.py --build build shards      one shard and two, each on a core of its own; the load on the others
  measure.py --build build bindings    1 000, 10 000 and 100 000 registered bindings, one shard
  measure.py --build build flows       connecting, resuming and pinging, TCP and TLS, one shard"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
sys.dont_write_bytecode = True

from flowgate import Flowgate, free_port  # noqa: E402

ADDRESS = "127.0.0.1"


def bind_to(pid, cores):
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), cores)


def measure(build, shards, arguments):
    """The phases of one load, from a fresh server whose shards have the first cores."""
    cores = sorted(os.sched_getaffinity(0))
    port, tls_port = free_port(ADDRESS), free_port(ADDRESS)
    listen = [f"udp:{ADDRESS}:{port}", f"tcp:{ADDRESS}:{port}", f"tls:{ADDRESS}:{tls_port}"]
    with tempfile.TemporaryDirectory() as directory:
        with Flowgate(os.path.join(build, "flowgate"), directory, listen, more=f"threads: {shards}\n") as flowgate:
            pid = flowgate.process.child.pid
            bind_to(pid, cores[:shards])
            server = f"{ADDRESS}:{tls_port if '--tls' in arguments else port}"
            load = subprocess.Popen(
                [os.path.join(build, "tests", "scaling", "scaling"), "--server", server, "--process", str(pid)] + arguments,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cores[-2:]),
            )
            output = load.communicate()[0]
            if load.returncode != 0:
                sys.exit(f"the load ended with {load.returncode}")
    return [json.loads(line) for line in output.splitlines()]


def by_turns(build, runs, loads):
    """loads: {name: (shards, arguments)}. {(name, phase): the medians of all runs}"""
    rows = {}
    for _ in range(runs):
        for name, (shards, arguments) in loads.items():
            for row in measure(build, shards, arguments):
                rows.setdefault((name, row.pop("phase")), []).append(row)
    medians = {key: {name: statistics.median(row[name] for row in of) for name in of[0]} for key, of in rows.items()}
    for (name, phase), row in medians.items():
        print(json.dumps({"load": name, "phase": phase, **row}), flush=True)
    return medians


def shards(build, runs):
    """Two shards against one. Where the load has used up its cores, only the cost for each transaction tells."""
    loads = {f"{n} shards": (n, ["transactions", "--uas", "20000"]) for n in (1, 2)}
    medians = by_turns(build, runs, loads)
    for phase in ("register", "refresh", "message"):
        one, two = medians["1 shards", phase], medians["2 shards", phase]
        limit = ", the load is the limit" if two["generator_cores"] > 1.8 else ""
        print(
            f"{phase}: two shards have {two['per_second'] / one['per_second']:.2f} times the throughput, "
            f"a transaction takes {two['cpu_us'] / one['cpu_us']:.2f} times the CPU{limit}"
        )


def bindings(build, runs):
    by_turns(build, runs, {f"{n} bindings": (1, ["transactions", "--uas", str(n)]) for n in (1000, 10_000, 100_000)})


def flows(build, runs):
    tls = ["flows", "--tls", "--pings", "0"]
    loads = {
        "TCP": (1, ["flows", "--flows", "5000", "--ping-rate", "2000", "--pings", "1"]),
        "TLS": (1, ["flows", "--tls", "--flows", "2000", "--ping-rate", "2000", "--pings", "2"]),
        "TLS, resumed": (1, tls + ["--flows", "2000", "--resume"]),
        "TLS 1.2, resumed": (1, tls + ["--flows", "2000", "--resume", "--tls-1-2"]),
    }
    by_turns(build, runs, loads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["shards", "bindings", "flows"])
    parser.add_argument("--build", required=True)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    {"shards": shards, "bindings": bindings, "flows": flows}[options.what](os.path.abspath(options.build), options.runs)


if __name__ == "__main__":
    main()
