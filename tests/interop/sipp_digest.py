#!/usr/bin/env python3
"""sipp registers 200 times with a password by MD5, each time from 401 to 200 and once more with the same nonce, which it
counts; and once with a wrong password."""
import os

from digest_client import configuration
from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from sipp import LOOPBACK, Sipp

TIMES = 200
REGISTER = """
  <send retrans="500"><![CDATA[

      REGISTER sip:example.com SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:alice@example.com>;tag=[pid]SIPpTag00[call_number]
      To: <sip:alice@example.com>
      Call-ID: [call_id]
      CSeq: {cseq} REGISTER
      Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>{credentials}
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
"""


def scenario(password, *statuses):
    """REGISTER, 401, and one REGISTER more, with an answer to that challenge, for each of the statuses."""
    credentials = f"\n      [authentication username=alice password={password}]"
    steps = [REGISTER.format(cseq=1, credentials=""), '  <recv response="401" auth="true"/>']
    for cseq, status in enumerate(statuses, 2):
        steps += [REGISTER.format(cseq=cseq, credentials=credentials), f'  <recv response="{status}"/>']
    return "\n".join(['<?xml version="1.0" encoding="ISO-8859-1" ?>', '<scenario name="digest">', *steps, "</scenario>"])


def registers(options, directory, evidence, edge, name, text, times):
    arguments = [edge, "-r", "100"]
    port = free_port(LOOPBACK)
    with Sipp(name, directory, text, options.transport, port, times, arguments) as uac:
        evidence.add(f"sipp {name}: errors", uac.errors)
        uac.wait(30)
        assert uac.counts() == (times, 0), f"(successful, failed) = {uac.counts()}"
        return uac.messages()


def check_sipp(options, directory, evidence):
    require_programs("sipp", "openssl")
    with open(os.path.join(directory, "users.yaml"), "w") as f:
        f.write("alice: ecila\n")
    edge = f"{LOOPBACK}:{free_port(LOOPBACK)}"
    template = configuration("../users.yaml", "MD5")
    listen = [f"udp:{edge}", f"tcp:{edge}"]
    with Flowgate(options.flowgate, directory, listen, template=template) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        step(f"the right password, {TIMES} times over {options.transport}, and with the same nonce again")
        text = scenario("ecila", 200, 200)
        messages = registers(options, directory, evidence, edge, "right", text, TIMES)
        for count in ("nc=00000001", "nc=00000002"):
            assert messages.count(count) >= TIMES, f"{messages.count(count)} with {count}"
        step("a wrong one")
        registers(options, directory, evidence, edge, "wrong", scenario("guess", 401), 1)


if __name__ == "__main__":
    run(check_sipp, limit_s=110, transport=["udp", "tcp"])
