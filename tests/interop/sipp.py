"""sipp with its built-in scenarios, the domain put in, with and without route sets."""
import csv
import os
import subprocess

from deadline import wait_for
from process import Process

LOOPBACK = "127.0.0.1"
REGISTRANT = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrant">
  <send retrans="500"><![CDATA[

      REGISTER sip:[domain] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:service@[domain]>;tag=[pid]SIPpTag00[call_number]
      To: <sip:service@[domain]>
      Call-ID: [call_id]
      CSeq: 1 REGISTER
      Contact: <sip:service@192.0.2.1:[local_port];transport=[transport]>
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <pause milliseconds="600000"/>
</scenario>
"""
MODES = {"udp": "u1", "tcp": "t1"}  # one socket for all calls


def caller(domain, route_sets):
    """The text of sipp -sd uac with the domain instead of the server's address; the route sets if asked for."""
    text = replace(built_in("uac"), "[service]@[remote_ip]:[remote_port]", f"[service]@{domain}")
    if not route_sets:
        return text
    text = replace(text, '<recv response="200" rtd="true">', '<recv response="200" rtd="true" rrs="true">')
    for method in ("ACK", "BYE"):
        text = replace(text, f"{method} sip:[service]@{domain} SIP/2.0", f"{method} [next_url] SIP/2.0")
        text = replace(text, f" {method}\n      Contact:", f" {method}\n      [routes]\n      Contact:")
    return text


def callee(route_sets):
    """The text of sipp -sd uas; if asked for it copies Record-Route into its answers (RFC 3261 §12.1.1)."""
    text = built_in("uas")
    return (
        replace(text, "[last_Call-ID:]", "[last_Record-Route:]\n      [last_Call-ID:]")
        if route_sets
        else text
    )


def registrant(domain):
    """Registers over the connection that its calls then come in on, and keeps that open. The Contact names an
    address that is nobody's (RFC 5737): there is no other way."""
    return REGISTRANT.replace("[domain]", domain)


def built_in(name):
    text = subprocess.run(["sipp", "-sd", name], capture_output=True, text=True, check=False).stdout
    return text[text.index("<?xml") :]


def replace(text, old, new):
    if old not in text:
        raise AssertionError(f"sipp's built-in scenario has no {old!r}")
    return text.replace(old, new)


class Sipp:
    """One sipp process that ends after so many calls."""

    def __init__(self, name, directory, scenario, transport, port, calls, arguments):
        self.name = name
        self.files = os.path.join(directory, name)
        with open(self.file("xml"), "w") as f:
            f.write(scenario)
        argv = ["sipp", *arguments, "-sf", self.file("xml"), "-m", str(calls), "-nostdin"]
        argv += ["-i", LOOPBACK, "-p", str(port), "-t", MODES[transport]]
        argv += ["-trace_stat", "-stf", self.file("csv"), "-trace_err", "-error_file", self.file("errors")]
        argv += ["-trace_msg", "-message_file", self.file("messages")]
        self.process = Process(argv, self.file("screen"), cwd=directory)

    def wait(self, seconds):
        wait_for(f"the end of sipp {self.name}", lambda: self.process.exit_status() is not None, seconds)

    def counts(self):
        """(successful, failed) as the last line of its statistics has it."""
        with open(self.file("csv"), newline="") as f:
            last = list(csv.DictReader(f, delimiter=";"))[-1]
        return int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])

    def messages(self):
        """All that was sent and received."""
        return self.read("messages")

    def errors(self):
        return self.read("errors")[:2000]

    def read(self, kind):
        if not os.path.exists(self.file(kind)):
            return ""
        with open(self.file(kind), errors="replace") as f:
            return f.read()

    def file(self, kind):
        return f"{self.files}.{kind}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
