#!/usr/bin/env python3
"""flowgate user add, list, password, remove: beside a server that runs, and without showing a password."""
import contextlib
import hashlib
import os
import pty
import sqlite3
import subprocess

from flowgate import Flowgate, free_port
from run import run, step
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
SECRET = "correct horse battery staple"


class Commands:
    def __init__(self, program, flowgate):
        self.program, self.flowgate = program, flowgate
        self.database = os.path.join(flowgate.directory, "flowgate.db")

    def user(self, *arguments, password=None):
        done = subprocess.run(
            [self.program, "user", *arguments, "--config", self.flowgate.configuration],
            input=password,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
            check=False,
        )
        return done.returncode, done.stdout

    def works(self, *arguments, password=None):
        status, output = self.user(*arguments, password=password)
        assert status == 0, output
        return output

    def is_refused(self, reason, *arguments, password=None):
        status, output = self.user(*arguments, password=password)
        assert status == 2 and reason in output and len(output.splitlines()) == 1, (status, output)

    def files(self):
        """What the database and those beside it hold."""
        found = {}
        for name in os.listdir(self.flowgate.directory):
            if name.startswith("flowgate.db"):
                with open(os.path.join(self.flowgate.directory, name), "rb") as file:
                    found[name] = file.read()
        return found

    def row(self, name):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return connection.execute("SELECT * FROM users WHERE name=?", (name,)).fetchone()

    def on_terminal(self, *arguments, answers):
        """What is typed is not shown; returns the status and what is."""
        child, terminal = pty.fork()
        if child == 0:
            os.execv(
                self.program, [self.program, "user", *arguments, "--config", self.flowgate.configuration]
            )
        shown = b""
        for question, answer in (("Password: ", answers[0]), ("Once more: ", answers[1])):
            while question.encode() not in shown:
                shown += os.read(terminal, 1024)
            os.write(terminal, answer.encode() + b"\n")
        with contextlib.suppress(OSError):
            while more := os.read(terminal, 1024):
                shown += more
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown.decode()


def check_users(commands):
    step("add, list, password, remove")
    commands.works("add", "alice", "--password-stdin", "--aor", "sales@Example.com", password=SECRET + "\n")
    commands.works("add", "bob", "--password-stdin", password="builder\n")
    assert commands.works("list") == "alice sales@example.com\nbob\n", commands.works("list")
    before = commands.row("alice")
    commands.works("password", "alice", "--password-stdin", password="another\n")
    after = commands.row("alice")
    assert before[:2] == after[:2] and before[2:] != after[2:] and all(after[2:]), (before, after)
    commands.works("remove", "bob")
    assert commands.works("list") == "alice sales@example.com\n"


def check_own_aors(commands):
    step("one's own AOR, and one said twice, say nothing new")
    aors = [f"--aor={user}@example.com" for user in ("dave", "d", "d")]
    commands.works("add", "dave", *aors, "--password-stdin", password="x\n")
    assert "dave d@example.com\n" in commands.works("list")
    commands.works("remove", "dave")


def check_refusals(commands):
    step("what is refused")
    commands.is_refused("there is this user already", "add", "alice", "--password-stdin", password="x\n")
    commands.is_refused("no such user", "remove", "carol")
    commands.is_refused("no such user", "password", "carol", "--password-stdin", password="x\n")
    commands.is_refused("only the user part", "add", "carol@example.com", "--password-stdin", password="x\n")
    commands.is_refused("without a colon", "add", "ca:rol", "--password-stdin", password="x\n")
    commands.is_refused("GRUUs", "add", "tgruu.carol", "--password-stdin", password="x\n")
    commands.is_refused("GRUUs", "add", "carol", "--aor", "sip:agruu.x@example.com", "--password-stdin", password="x\n")
    commands.is_refused("the password is empty", "add", "carol", "--password-stdin", password="\n")
    commands.is_refused("NAME@DOMAIN", "add", "carol", "--aor", "a@elsewhere.org", "--password-stdin", password="x\n")
    for aor in ("sales@example.com", "alice@example.com"):
        commands.is_refused("another user's", "add", "carol", "--aor", aor, "--password-stdin", password="x\n")
    commands.is_refused("another user's", "add", "sales", "--password-stdin", password="x\n")
    commands.is_refused("another user's", "add", "carol", "--aor", "sip:alice@example.com", "--password-stdin", password="x\n")
    commands.is_refused("use --password-stdin", "add", "carol", password="x\n")
    assert commands.row("carol") is None


def check_forms(commands):
    step("an AOR as a URI, a password from a file with CRLF")
    commands.works("add", "frank", "--aor", "sip:desk@Example.com", "--password-stdin", password="open sesame\r\n")
    name, aors, ha1_md5 = commands.row("frank")[:3]
    assert (name, aors) == ("frank", "desk@example.com"), (name, aors)
    assert ha1_md5 == hashlib.md5(b"frank:example.com:open sesame").hexdigest(), ha1_md5
    commands.works("remove", "frank")


def check_only_checks(commands):
    """--check goes with no command, and disturbs nobody who uses the database."""
    step("--check")
    before = commands.files()
    for arguments in (["remove", "alice"], ["list"], ["add", "carol", "--password-stdin"],
                      ["password", "alice", "--password-stdin"]):
        status, output = commands.user(*arguments, "--check", password="x\n")
        assert status == 2 and "--check: only checks" in output, (arguments, status, output)
    done = subprocess.run(
        [commands.program, "--config", commands.flowgate.configuration, "--check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert commands.files() == before


def check_terminal(commands):
    step("asked on the terminal")
    status, shown = commands.on_terminal("add", "dave", answers=[SECRET, SECRET])
    assert status == 0 and SECRET not in shown, (status, shown)
    assert commands.row("dave")
    status, shown = commands.on_terminal("add", "erin", answers=[SECRET, "typo"])
    assert status == 2 and "two different passwords" in shown, (status, shown)
    assert commands.row("erin") is None


def check_secrecy(commands):
    step("no password in any file")
    for name in os.listdir(commands.flowgate.directory):
        if not name.startswith("flowgate.db"):
            continue
        file = os.path.join(commands.flowgate.directory, name)
        assert os.stat(file).st_mode & 0o077 == 0, f"{name} is open to others"
        with open(file, "rb") as content:
            assert SECRET.encode() not in content.read(), name


def check_user_commands(options, directory, evidence):
    port = free_port(ADDRESS)
    with Flowgate(
        options.flowgate, directory, [f"udp:{ADDRESS}:{port}"], store="sqlite:flowgate.db"
    ) as flowgate, UserAgent("udp", (ADDRESS, port)) as alice:
        evidence.add("flowgate's log", flowgate.tail)
        commands = Commands(options.flowgate, flowgate)
        check_users(commands)
        check_own_aors(commands)
        check_refusals(commands)
        check_forms(commands)
        check_only_checks(commands)
        check_terminal(commands)
        assert alice.register("sip:alice@example.com").startswith("SIP/2.0 200 ")
        check_secrecy(commands)


if __name__ == "__main__":
    run(check_user_commands, limit_s=100)
