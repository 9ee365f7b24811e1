#!/usr/bin/env python3
"""Counts what the hot paths cost, in instructions (callgrind) and allocations for each transaction, and holds it
against recorded.txt. Neither depends on the clock or on what else the machine does.

  check.py PROGRAM            fails when a workload has become dearer than the margin allows
  check.py PROGRAM --record   writes recorded.txt anew
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.txt")
# Another patch level of the compiler or of OpenSSL moves the counts by a per cent or two.
MARGIN = 0.05
SKIPPED = 77


def count(program):
    """{workload: (instructions, allocations)}, both for one transaction."""
    with tempfile.TemporaryDirectory(prefix="flowgate-cost-") as scratch:
        out = os.path.join(scratch, "counts")
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={out}", program]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {run.returncode}:\n{run.stderr[-4000:]}")
        instructions = {}
        for dump in glob.glob(out + ".*"):
            with open(dump) as file:
                text = file.read()
            name = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.M)
            total = re.search(r"^(?:totals|summary): (\d+)$", text, re.M)
            if name and total:
                instructions[name[1]] = int(re.search(r"^totals: (\d+)$", text, re.M)[1])
    costs = {}
    for line in run.stdout.splitlines():
        name, transactions, allocations = line.split()
        costs[name] = (instructions[name] / int(transactions), int(allocations) / int(transactions))
    return costs


def recorded():
    with open(RECORDED) as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {name: (float(instructions), float(allocations)) for name, instructions, allocations in rows}


def record(costs):
    with open(RECORDED, "w") as file:
        file.write("# Made by check.py --record: workload, instructions and allocations for one transaction.\n")
        for name, (instructions, allocations) in costs.items():
            file.write(f"{name} {instructions:.0f} {allocations:.2f}\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--record", action="store_true")
    options = options.parse_args()
    if not shutil.which("valgrind"):
        print("valgrind is not installed")
        sys.exit(SKIPPED)
    costs = count(options.program)
    if options.record:
        record(costs)
    before = recorded()
    dearer = sorted(before.keys() ^ costs.keys())
    for name, (instructions, allocations) in costs.items():
        was, were = before.get(name, (0, 0))
        too_much = instructions > was * (1 + MARGIN) or allocations > were + 0.5
        if too_much:
            dearer.append(name)
        print(
            f"{name:16} {instructions:9.0f} instructions (recorded {was:.0f}),"
            f" {allocations:7.2f} allocations (recorded {were:.2f}){'  TOO MUCH' if too_much else ''}"
        )
    sys.exit(f"not as recorded: {', '.join(dearer)}" if dearer else 0)


if __name__ == "__main__":
    main()
