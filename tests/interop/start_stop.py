#!/usr/bin/env python3
"""One ready line, exit status 0 on SIGTERM; for a bad configuration one line and exit status 2. A thread for each
processor."""
import os
import re
import subprocess

from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import UserAgent

ADDRESS = "127.0.0.1"
GOOD = "domains: [example.com]\nlisten: [udp:127.0.0.1:0]\nflow_token: {key_file: flowtoken.key}\n"
BAD = {
    "an unknown key": GOOD + "flavour: vanilla\n",
    "a wrong type": GOOD + "edge: {flow_timer: soon}\n",
    "a missing file": GOOD + "registrar: {users: nobody.yaml}\n",
    "no YAML": GOOD + "edge: {flow_timer\n",
}


def check_bad_configurations(program, directory):
    """One line with file:line:column; nothing starts half."""
    file = os.path.join(directory, "bad.yaml")
    for what, text in BAD.items():
        with open(file, "w") as f:
            f.write(text)
        for arguments in ([], ["--check"]):
            step(" ".join(["configuration with", what, *arguments]))
            status, output = finish([program, "--config", file, *arguments])
            assert status == 2, f"exit status {status}: {output}"
            lines = output.splitlines()
            assert len(lines) == 1 and re.search(r"bad\.yaml:[1-9]\d*:[1-9]\d*", lines[0]), output
            assert not os.path.exists(
                os.path.join(directory, "flowtoken.key")
            ), "it made its key all the same"


def check_only_checks(program, configuration):
    """--check reads the configuration of a running server and binds nothing."""
    step("--check")
    status, output = finish([program, "--config", configuration, "--check"])
    assert status == 0, f"exit status {status}: {output}"


def check_processors(program, directory, flowgate):
    """As many shards as processors that it may run on, each kept to one of its own, unless that is not wanted."""
    step("the processors of its threads")
    ours = os.sched_getaffinity(0)
    assert f"with {len(ours)} shard" in flowgate.log(), flowgate.log()
    kept = [allowed for allowed in affinities(flowgate) if allowed != ours]
    assert len(ours) == 1 or sorted(kept, key=min) == [{number} for number in sorted(ours)], kept

    folder = os.path.join(directory, "unpinned")
    os.mkdir(folder)
    listen = [f"udp:{ADDRESS}:{free_port(ADDRESS)}"]
    with Flowgate(program, folder, listen, more="pin_threads: false\n") as unpinned:
        assert all(allowed == ours for allowed in affinities(unpinned)), affinities(unpinned)


def affinities(flowgate):
    """For each of its threads the processors that it may run on."""
    folder = f"/proc/{flowgate.process.child.pid}/task"
    return [os.sched_getaffinity(int(thread)) for thread in os.listdir(folder)]


def check_stop(flowgate, port):
    """SIGTERM ends it with status 0, also while connections are open and half a message has come."""
    step("SIGTERM")
    with UserAgent("tcp", (ADDRESS, port)) as alice, UserAgent("tls", (ADDRESS, port + 1)):
        alice.send(b"OPTIONS sip:exa")
        assert flowgate.process.exit_status() is None, "it did not live until now"
        status = flowgate.process.stop()
        assert status == 0, f"exit status {status}"
        assert len(re.findall(r"\bready\b", flowgate.log())) == 1, flowgate.log()


def check_listener(program, flowgate):
    """Status 1 and one line when somebody else has the port."""
    step("a port that is taken")
    status, output = finish([program, "--config", flowgate.configuration])
    assert status == 1 and len(output.splitlines()) == 1 and "already in use" in output, (status, output)


def finish(argv):
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False
    )
    return done.returncode, done.stdout


def check_start_stop(options, directory, evidence):
    require_programs("openssl")
    check_bad_configurations(options.flowgate, directory)
    port = free_port(ADDRESS)
    listen = [f"udp:{ADDRESS}:{port}", f"tcp:{ADDRESS}:{port}", f"tls:{ADDRESS}:{port + 1}"]
    flowgate = Flowgate(options.flowgate, directory, listen)
    evidence.add("flowgate's log", flowgate.tail)
    try:
        check_only_checks(options.flowgate, flowgate.configuration)
        check_listener(options.flowgate, flowgate)
        check_processors(options.flowgate, directory, flowgate)
        check_stop(flowgate, port)
    finally:
        flowgate.process.stop()


if __name__ == "__main__":
    run(check_start_stop, limit_s=100)
