#!/usr/bin/env python3
"""sipp registers 200 times with a password by MD5, each time from 401 to 200, and once with a wrong one."""
import os

from digest_client import configuration
from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from sipp import LOOPBACK, Sipp

TIMES = 200
SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="digest">
  <send retrans="500"><![CDATA[

      REGISTER sip:example.com SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:alice@example.com>;tag=[pid]SIPpTag00[call_number]
      To: <sip:alice@example.com>
      Call-ID: [call_id]
      CSeq: 1 REGISTER
      Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[

      REGISTER sip:example.com SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:alice@example.com>;tag=[pid]SIPpTag00[call_number]
      To: <sip:alice@example.com>
      Call-ID: [call_id]
      CSeq: 2 REGISTER
      Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>
      [authentication username=alice password={password}]
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="{status}"/>
</scenario>
"""


def registers(options, directory, evidence, edge, name, password, status, times):
    scenario = SCENARIO.format(password=password, status=status)
    arguments = [edge, "-r", "100"]
    port = free_port(LOOPBACK)
    with Sipp(name, directory, scenario, options.transport, port, times, arguments) as uac:
        evidence.add(f"sipp {name}: errors", uac.errors)
        uac.wait(30)
        assert uac.counts() == (times, 0), f"(successful, failed) = {uac.counts()}"


def check_sipp(options, directory, evidence):
    require_programs("sipp", "openssl")
    with open(os.path.join(directory, "users.yaml"), "w") as f:
        f.write("alice: ecila\n")
    edge = f"{LOOPBACK}:{free_port(LOOPBACK)}"
    template = configuration("../users.yaml", "MD5")
    listen = [f"udp:{edge}", f"tcp:{edge}"]
    with Flowgate(options.flowgate, directory, listen, template=template) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        step(f"the right password, {TIMES} times over {options.transport}")
        registers(options, directory, evidence, edge, "right", "ecila", 200, TIMES)
        step("a wrong one")
        registers(options, directory, evidence, edge, "wrong", "guess", 401, 1)


if __name__ == "__main__":
    run(check_sipp, limit_s=110, transport=["udp", "tcp"])
