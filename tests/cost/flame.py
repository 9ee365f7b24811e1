#!/usr/bin/env python3
"""Draws where the instructions of one hot path go, as a flame graph: an SVG, each function as wide as what it and all that it
calls take, standing on what calls it.

  flame.py PROGRAM register docs/flame-register.svg --title "REGISTER refresh"
  flame.py PROGRAM call docs/flame-call.svg --title "Call" --scale 400000

--scale: the instructions of one transaction that the whole width stands for, so that two graphs compare."""
import argparse
import glob
import html
import os
import re
import subprocess
import sys
import tempfile

CALLERS = 40
WIDTH, ROW, MARGIN, HEAD = 1200, 18, 10, 64
LETTER = 6.2  # width of one, on average
LEAST = 0.4  # narrower ones are left out
COLOURS = [
    ("sip", "#f6c26b"),
    ("registrar", "#8fc98a"),
    ("proxy", "#86b6e6"),
    ("flowtoken", "#d9a0d8"),
    ("stun", "#c9b18f"),
    ("OpenSSL", "#e58f83"),
    ("C and C++ libraries", "#d5d5d0"),
    ("what drives it", "#efefea"),
]
COLOUR = dict(COLOURS)
# What only passes a call on, or has no symbol: its cost is drawn as its caller's.
NAMELESS = re.compile(r"std::_Function_handler|std::__invoke|std::function|0x[0-9a-f]+$|void std::")
FLOORS = ("sip", "registrar", "proxy", "flowtoken", "stun")


class Frame:
    """A function where it is called from one place. cost: with all that it calls, in instructions of one transaction."""

    def __init__(self, name, part):
        self.name, self.part, self.cost, self.callees = name, part, 0.0, {}


def count(program, workload):
    """The dump of the workload, and how many transactions it is of."""
    with tempfile.TemporaryDirectory(prefix="flowgate-flame-") as scratch:
        out = os.path.join(scratch, "counts")
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--separate-callers={CALLERS}"]
        run = subprocess.run(command + [f"--callgrind-out-file={out}", program], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"valgrind ended with {run.returncode}:\n{run.stderr[-4000:]}")
        transactions = {line.split()[0]: int(line.split()[1]) for line in run.stdout.splitlines()}
        for dump in glob.glob(out + ".*"):
            with open(dump) as file:
                text = file.read()
            if f"desc: Trigger: Client Request: {workload}\n" in text:
                return text, transactions[workload]
    sys.exit(f"no workload {workload}")


def own_costs(dump):
    """(object, function with its callers, cost of its own) of each line that is not a call."""
    names = {}

    def full(kind, text):
        number, name = re.match(r"\((\d+)\)(?: (.*))?", text).groups()
        return names.setdefault((kind, number), name)

    where = what = None
    calls = False
    for line in dump.splitlines():
        if line.startswith("ob="):
            where = full("ob", line[3:])
        elif line.startswith("cob="):
            full("ob", line[4:])
        elif line.startswith("fn="):
            what = full("fn", line[3:])
        elif line.startswith("cfn="):
            full("fn", line[4:])
        elif line.startswith("calls="):
            calls = True
        elif line[:1] in "+-*0123456789" and line:
            if not calls:
                yield where, what, int(line.split()[-1])
            calls = False


def short(name):
    """Without parameters, template arguments and namespaces that the colour tells."""
    name = name.replace("(anonymous namespace)::", "").replace("[abi:cxx11]", "")
    name = re.sub(r"^operator|(?<=::)operator", "operator ", name) if "operator" in name else name
    shorter = None
    while shorter != name:
        shorter, name = name, re.sub(r"<[^<>]*>|\([^()]*\)", "", name)
    name = re.sub(r"\s*\[clone.*", "", name)
    name = re.sub(r"\s*(const|&+)$", "", name)
    name = name.split(" ")[-1].removeprefix("flowgate::")
    return re.sub(rf"^({'|'.join(FLOORS)})::", "", name) or "?"


def part_of(name, where):
    if name.startswith("flowgate::") or " flowgate::" in name.split("(")[0]:
        found = re.search(r"flowgate::(\w+)::", name)
        floor = found[1] if found else "flowtoken"
        return floor if floor in FLOORS else "what drives it" if floor in ("cost", "test") else "flowtoken"
    if where and re.search(r"lib(crypto|ssl)", where):
        return "OpenSSL"
    return "C and C++ libraries"


def is_driver(name):
    return bool(re.search(r"flowgate::(cost|test)::", name))


def tree(dump, transactions):
    """All stacks, from the first function of the server on."""
    root = Frame("all", "what drives it")
    objects = {}
    for where, what, _ in own_costs(dump):
        objects.setdefault(what.split("'")[0], where)
    for where, what, cost in own_costs(dump):
        stack = [name for name in what.split("'") if not name.isdigit()][::-1]
        first = next((i for i, name in enumerate(stack) if re.search(r"flowgate::(proxy|stun)::", name) and not is_driver(name)), None)
        stack = [name for name in stack[first:] if not NAMELESS.match(name)] if first is not None else stack[-1:]
        frame = root
        frame.cost += cost / transactions
        for name in stack:
            key = short(name)
            if key not in frame.callees:
                frame.callees[key] = Frame(key, part_of(name, objects.get(name, where)))
            frame = frame.callees[key]
            frame.cost += cost / transactions
    return root


def depth(frame, scale):
    below = [depth(callee, scale) for callee in frame.callees.values() if callee.cost * WIDTH / scale >= LEAST]
    return 1 + max(below, default=0)


def draw(frame, left, bottom, scale, lines, whole):
    width = frame.cost * (WIDTH - 2 * MARGIN) / scale
    if width < LEAST:
        return
    text = f"{frame.name}: {frame.cost:,.0f} instructions, {100 * frame.cost / whole:.1f} %"
    fits = int((width - 6) / LETTER)
    label = frame.name if len(frame.name) <= fits else frame.name[: fits - 1] + "…" if fits > 3 else ""
    lines.append(
        f'<g><title>{html.escape(text)}</title><rect x="{left:.1f}" y="{bottom - ROW}" width="{max(width - 0.4, 0.3):.1f}" '
        f'height="{ROW - 1}" fill="{COLOUR[frame.part]}"/>'
        + (f'<text x="{left + 3:.1f}" y="{bottom - 6}">{html.escape(label)}</text>' if label else "")
        + "</g>"
    )
    for callee in sorted(frame.callees.values(), key=lambda each: each.name):
        draw(callee, left, bottom - ROW, scale, lines, whole)
        left += callee.cost * (WIDTH - 2 * MARGIN) / scale


def svg(root, title, scale):
    height = HEAD + ROW * depth(root, scale) + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="24" font-size="17">{html.escape(title)}: {root.cost:,.0f} instructions</text>',
    ]
    left = MARGIN
    for name, colour in COLOURS[:-1]:
        lines.append(f'<rect x="{left}" y="38" width="12" height="12" fill="{colour}"/><text x="{left + 16}" y="48">{name}</text>')
        left += 34 + LETTER * len(name)
    draw(root, MARGIN, height - MARGIN, scale, lines, root.cost)
    return "\n".join(lines + ["</svg>", ""])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program")
    options.add_argument("workload")
    options.add_argument("svg")
    options.add_argument("--title", required=True)
    options.add_argument("--scale", type=float)
    options = options.parse_args()
    sys.setrecursionlimit(10_000)
    root = tree(*count(options.program, options.workload))
    with open(options.svg, "w") as file:
        file.write(svg(root, options.title, options.scale or root.cost))
    print(f"{options.workload}: {root.cost:.0f} instructions")


if __name__ == "__main__":
    main()
