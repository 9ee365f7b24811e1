#!/usr/bin/env python3
"""flowgate is killed and started again, and all its UAs come back within ten seconds, or at once, while calls go on: all
are registered in the end, each having done what the responses told it, and no request in a dialog is lost. When they come
at once, some are told to come again later, and standard error says so."""
import json
import os
import resource
import subprocess

from call_in_progress import CallsInProgress
from flowgate import Flowgate, free_port
from namespaces import Unavailable
from run import run, step
from tls_avalanche import tls_avalanche

ADDRESS = "127.0.0.1"
# Those that are sent away are back soon enough for a test.
CONFIGURATION = "threads: 1\noverload: {{max_delay_ms: {}, min_retry_after: 1, max_retry_after: 4}}\n"


def udp_avalanche(program, edge, uas, within_s):
    """Of the generator: tests/avalanche."""
    done = subprocess.run(
        [program, "--server", "{}:{}".format(*edge), "--uas", str(uas), "--within", within_s],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def percentile(milliseconds, share):
    return milliseconds[int(share * (len(milliseconds) - 1))]


def avalanche(options, edge, uas):
    """All come back; what that was like."""
    if options.transport == "udp":
        program = os.path.join(os.path.dirname(options.flowgate), "tests", "avalanche", "avalanche")
        if not os.path.exists(program):
            raise Unavailable(f"{program} has not been built")
        result = udp_avalanche(program, edge, uas, options.within)
        assert result["registered"] == uas, result
        # A busy machine cannot always send them faster than they are served.
        if options.within == "0" and result["refused"] == 0:
            raise Unavailable(f"nobody had to be turned away: {result}")
        return (
            f"p99 of REGISTER and 200 {result['served_p99_ms']:.0f} ms, of being back {result['back_p99_ms']:.0f} ms; "
            f"{result['refused']} times 503, {result['retransmissions']} retransmissions"
        )
    seconds, refused, failed = tls_avalanche((edge[0], edge[1] + 1), uas, float(options.within))
    assert len(seconds) == uas, len(seconds)
    return f"p99 of being back {1000 * percentile(seconds, 0.99):.0f} ms; {refused} times 503, {failed} attempts failed"


def check_avalanche(options, directory, evidence):
    uas, port = int(options.uas), free_port(ADDRESS)
    edge = (ADDRESS, port)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    listen = [f"udp:{ADDRESS}:{port}", f"tls:{ADDRESS}:{port + 1}"]
    # However slowly they can be sent here when all come at once, that is more than may wait.
    more = CONFIGURATION.format(2 if options.within == "0" else 30)
    with Flowgate(options.flowgate, directory, listen, more=more) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        calls = CallsInProgress(edge)
        flowgate.process.kill()
        flowgate.start()
        calls.begin()
        told = avalanche(options, edge, uas)
        calls.stop()
        calls.hang_up()
        in_dialogs = calls.milliseconds()
        step(f"{uas} UAs came back over {options.transport} within {options.within} s: {told}")
        step(
            f"{len(in_dialogs)} requests in dialogs meanwhile: p50 {percentile(in_dialogs, 0.5):.1f} ms, "
            f"p99 {percentile(in_dialogs, 0.99):.1f} ms"
        )
        assert options.within != "0" or "overload since" in flowgate.log()
        assert len(in_dialogs) > 2 * len(calls.calls), "too few to prove anything"


if __name__ == "__main__":
    run(
        check_avalanche,
        limit_s=400,
        transport=["udp", "tls"],
        uas=["1500", "10000", "15000", "20000", "50000"],
        within=["10", "0"],
    )
