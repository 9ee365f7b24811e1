#!/usr/bin/env python3
"""sipp registers over a TCP connection of its own, without outbound, and takes 200 calls on that connection."""
import os

from deadline import wait_for
from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from sipp import LOOPBACK, Sipp, callee, caller, registrant

DOMAIN = "example.com"
CALLS = 200
RATE = 100


def start_callee(directory, evidence, edge):
    calls = os.path.join(directory, "calls.xml")
    with open(calls, "w") as f:
        f.write(callee(route_sets=True))
    arguments = [edge, "-oocsf", calls]
    uas = Sipp("uas", directory, registrant(DOMAIN), "tcp", free_port(LOOPBACK), 1, arguments)
    evidence.add("sipp uas: errors", uas.errors)
    wait_for("sipp uas to be registered", lambda: "SIP/2.0 200 " in uas.messages(), 10)
    return uas


def start_caller(options, directory, evidence, edge):
    arguments = [edge, "-s", "service", "-r", str(RATE)]
    scenario = caller(DOMAIN, route_sets=True)
    uac = Sipp("uac", directory, scenario, options.transport, free_port(LOOPBACK), CALLS, arguments)
    evidence.add("sipp uac: errors", uac.errors)
    return uac


def check_calls(options, directory, evidence):
    require_programs("sipp", "openssl")
    port = free_port(LOOPBACK)
    edge = f"{LOOPBACK}:{port}"
    with Flowgate(options.flowgate, directory, [f"udp:{edge}", f"tcp:{edge}"]) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        with start_callee(directory, evidence, edge):
            step(f"{CALLS} calls from {options.transport}")
            with start_caller(options, directory, evidence, edge) as uac:
                uac.wait(60)
                assert uac.counts() == (CALLS, 0), f"(successful, failed) = {uac.counts()}"


if __name__ == "__main__":
    run(check_calls, limit_s=110, transport=["udp", "tcp"])
