#!/usr/bin/env python3
"""What happens to disks and files happens to the database: phones are told 503, nothing crashes, nothing that was
acknowledged is lost, and when it is over it is over. A database that cannot be used is one line and exit status 2."""
import contextlib
import os
import shutil
import sqlite3
import subprocess

from deadline import wait_for
from flowgate import Flowgate, free_port
from mounts import enter_mount_namespace, mount_read_only, mount_tmpfs, unmount
from register_load import RegisterLoad
from run import run, step

ADDRESS = "127.0.0.1"
USERS = 300
PER_SECOND = 1000
OVER = "can be written again"


class Faults:
    def __init__(self, options, directory, evidence):
        self.program = options.flowgate
        port = free_port(ADDRESS)
        self.flowgate = Flowgate(
            self.program,
            directory,
            [f"udp:{ADDRESS}:{port}"],
            more="threads: 2\noverload: {max_delay_ms: 0}\n",  # this machine may stand still for a moment
            store="sqlite:data/flowgate.db",
            prepare=self.prepare,
        )
        evidence.add("flowgate's log", self.flowgate.tail)
        self.load = RegisterLoad((ADDRESS, port), USERS)

    def prepare(self, directory):
        self.folder = os.path.join(directory, "data")
        self.database = os.path.join(self.folder, "flowgate.db")
        os.mkdir(self.folder)
        mount_tmpfs(self.folder, "24m")

    def registers(self):
        """All of them, until what is on its way has an answer."""
        unavailable, acknowledged = self.load.unavailable, self.load.acknowledged
        self.load.run(0.7, PER_SECOND)
        self.load.finish()
        return self.load.acknowledged - acknowledged, self.load.unavailable - unavailable

    def restart(self):
        self.flowgate.process.kill()
        self.flowgate.start()
        self.load.check()

    def refused(self):
        """The line of a start that ends with status 2."""
        status, line = self.finish()
        assert status == 2, f"exit status {status}: {line}"
        assert len(line.splitlines()) == 1 and self.database in line, line
        return line

    def refused_and_found(self):
        """The same, which --check says before."""
        checked = self.finish("--check")
        line = self.refused()
        assert checked == (2, line), checked
        return line

    def finish(self, *arguments):
        done = subprocess.run(
            [self.program, "--config", self.flowgate.configuration, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
            check=False,
        )
        return done.returncode, done.stdout

    def goes_well(self):
        acknowledged, unavailable = self.registers()
        assert acknowledged > 0 and unavailable == 0, f"{acknowledged} acknowledged, {unavailable} answered 503"

    def goes_badly(self):
        acknowledged, unavailable = self.registers()
        assert acknowledged == 0 and unavailable > 0, f"{acknowledged} acknowledged, {unavailable} answered 503"
        self.load.check()

    def is_over(self):
        """Soon, told once, and true."""
        wait_for("registrations without a 503", lambda: self.registers()[1] == 0, 15)
        self.goes_well()
        wait_for("a line that it is over", lambda: OVER in self.flowgate.log(), 5)
        self.restart()
        assert OVER not in self.flowgate.log()


def disk_full(faults):
    step("the disk is full")
    faults.goes_well()
    ballast = os.path.join(faults.folder, "ballast")
    with open(ballast, "wb", buffering=0) as file:
        try:
            while file.write(b"." * 4096):
                pass
        except OSError:
            pass
    # Until then there is room in the write-ahead log, at last for a small commit where a larger one has failed.
    wait_for("a time when nothing is acknowledged", lambda: faults.registers()[0] == 0, 20)
    faults.goes_badly()
    assert "is full" in faults.flowgate.log(), faults.flowgate.log()
    os.unlink(ballast)
    faults.is_over()


def file_deleted(faults):
    step("the database is deleted")
    faults.goes_well()
    for name in os.listdir(faults.folder):
        os.unlink(os.path.join(faults.folder, name))
    faults.goes_well()
    assert os.path.exists(faults.database)
    faults.restart()


def folder_gone(faults):
    step("the folder is gone")
    faults.goes_well()
    aside = faults.folder + ".aside"
    unmount_lazily(faults.folder)
    os.rename(faults.folder, aside)
    faults.goes_badly()
    os.mkdir(faults.folder)
    faults.is_over()
    os.rmdir(aside)


def unmount_lazily(folder):
    subprocess.run(["umount", "--lazy", folder], check=True)


def file_replaced(faults):
    step("another file stands in its place")
    faults.goes_well()
    os.rename(faults.database, faults.database + ".aside")
    with open(faults.database, "w") as letter:
        letter.write("Dear Alice,")
    faults.goes_badly()
    with open(faults.database) as letter:
        assert letter.read() == "Dear Alice,"
    os.rename(faults.database + ".aside", faults.database)
    faults.is_over()


def bad_starts(faults):
    step("a second process")
    assert "another flowgate" in faults.refused()
    faults.flowgate.process.kill()
    step("a folder that cannot be written")
    mount_read_only(faults.folder)
    assert "Read-only file system" in faults.refused_and_found()
    unmount(faults.folder)
    step("a file that is no database")
    os.rename(faults.database, faults.database + ".aside")
    with open(faults.database, "w") as letter:
        letter.write("Dear Alice,")
    assert "no flowgate database" in faults.refused_and_found()
    os.rename(faults.database + ".aside", faults.database)
    step("a damaged database")
    with contextlib.closing(sqlite3.connect(faults.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(faults.database, faults.database + ".good")
    damage(faults.database)
    with open(faults.database, "rb") as file:
        before = file.read()
    assert "malformed" in faults.refused_and_found()
    with open(faults.database, "rb") as file:
        assert file.read() == before, "it was written to"
    os.rename(faults.database + ".good", faults.database)
    faults.flowgate.start()
    faults.load.check()


def damage(database):
    with open(database, "r+b") as file:
        pages = os.path.getsize(database) // 4096
        for page in range(5, pages):
            file.seek(page * 4096)
            file.write(b"\xee" * 500)


def check_store_faults(options, directory, evidence):
    enter_mount_namespace()
    faults = Faults(options, directory, evidence)
    try:
        disk_full(faults)
        file_deleted(faults)
        file_replaced(faults)
        folder_gone(faults)
        bad_starts(faults)
        status = faults.flowgate.process.stop()
        assert status == 0, f"exit status {status}"
    finally:
        faults.flowgate.process.stop()
        faults.load.socket.close()


if __name__ == "__main__":
    run(check_store_faults, limit_s=110)
