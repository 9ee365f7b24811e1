#!/usr/bin/env python3
"""Checks tests/requirements.md: every requirement has a state, and every test that a row names is there.

    requirements.py [--allow-open] [--file FILE]

A row is | clause | requirement | who | tests | state |. Tests stand in backquotes:
    floor.Suite.Test            a GoogleTest under tests/unit/FLOOR, or under tests/callflow
    interop/FILE.py[:function]  a Python test
    name                        any other name given to add_test
States: "tested", "open", "not ours: REASON", "changed by RFC NUMBER CLAUSE: WHAT WE DO".
"""
import argparse
import collections
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent
HEADER = ["Clause", "Requirement", "Who", "Tests", "State"]
STATE = re.compile(r"(tested|open)$|(not ours): \S|(changed) by RFC \d+ §[\d.]+[^:]*: \S")
GTEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
CTEST = re.compile(r"add_test\(NAME\s+([\w.]+)")

Row = collections.namedtuple("Row", "line clause requirement who tests state")


class Problems:
    def __init__(self, file):
        self.file, self.found = file, []

    def at(self, line, text):
        self.found.append(f"{self.file}:{line}: {text}")


def known_tests():
    """The names of all tests in the sources."""
    names = set()
    for source in TESTS.rglob("*_test.cpp"):
        folder = source.relative_to(TESTS).parts[:-1]
        for suite, test in GTEST.findall(source.read_text(encoding="utf-8")):
            names.add(f"{folder[-1]}.{suite}.{test}")
    for cmake in TESTS.rglob("CMakeLists.txt"):
        names.update(CTEST.findall(cmake.read_text(encoding="utf-8")))
    for script in (TESTS / "interop").glob("*.py"):
        names.add(f"interop/{script.name}")
        for function in re.findall(r"^def (\w+)\(", script.read_text(encoding="utf-8"), re.MULTILINE):
            names.add(f"interop/{script.name}:{function}")
    return names


def cells_of(text):
    return [cell.strip() for cell in text.strip().strip("|").split("|")]


def read_rows(text, problems):
    """The rows of all tables, each of which begins with HEADER and its rule."""
    rows, in_table, expects_rule = [], False, False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            in_table = False
            continue
        cells = cells_of(line)
        if not in_table:
            in_table, expects_rule = True, True
            if cells != HEADER:
                problems.at(number, f"a table has the columns {', '.join(HEADER)}")
        elif expects_rule:
            expects_rule = False
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                problems.at(number, "the rule under the columns is missing")
        elif len(cells) != len(HEADER):
            problems.at(number, f"{len(cells)} cells instead of {len(HEADER)}")
        else:
            rows.append(Row(number, cells[0], cells[1], cells[2], re.findall(r"`([^`]+)`", cells[3]), cells[4]))
    return rows


def check_row(row, names, allow_open, problems):
    for column in ("clause", "requirement", "who"):
        if not getattr(row, column):
            problems.at(row.line, f"no {column}")
    for test in row.tests:
        if test not in names:
            problems.at(row.line, f"there is no test {test}")
    match = STATE.match(row.state)
    if not match:
        problems.at(row.line, f"'{row.state}' is no state")
        return None
    state = next(group for group in match.groups() if group)
    disabled = [test for test in row.tests if ".DISABLED_" in test]
    if state == "tested" and not row.tests:
        problems.at(row.line, "tested, but no test is named")
    if state != "open" and disabled:
        problems.at(row.line, f"{state}, but {disabled[0]} does not run")
    if state == "open" and not allow_open:
        problems.at(row.line, "open")
    return state


def check(text, names, allow_open, problems):
    rows = read_rows(text, problems)
    if not rows:
        problems.at(1, "no requirement is listed")
    seen, states = {}, collections.Counter()
    section = {number: line for number, line in enumerate(text.splitlines(), 1) if line.startswith("## ")}
    for row in rows:
        states[check_row(row, names, allow_open, problems)] += 1
        document = max((number for number in section if number < row.line), default=0)
        key = (document, row.clause, row.requirement)
        if key in seen:
            problems.at(row.line, f"is line {seen[key]} once more")
        seen[key] = row.line
    return states


def main():
    parser = argparse.ArgumentParser(description="Checks the list of requirements against the tests.")
    parser.add_argument("--allow-open", action="store_true", help="rows may be open")
    parser.add_argument("--file", type=pathlib.Path, default=TESTS / "requirements.md")
    options = parser.parse_args()
    problems = Problems(options.file)
    states = check(options.file.read_text(encoding="utf-8"), known_tests(), options.allow_open, problems)
    for problem in problems.found:
        print(problem)
    print(", ".join(f"{count} {state}" for state, count in states.items() if state))
    return 1 if problems.found else 0


if __name__ == "__main__":
    sys.exit(main())
