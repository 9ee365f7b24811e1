#!/usr/bin/env python3
"""Certificates by name, loaded anew by SIGHUP and when the files change; sessions resumed by ticket with any shard and
across that; flows are not dropped."""
import os
import shutil
import signal
import socket
import ssl

from certificate import make_certificate
from deadline import wait_for
from flowgate import Flowgate, free_port
from namespaces import require_programs
from run import run, step
from user_agent import TIMEOUT_S, unverified

ADDRESS = "127.0.0.1"
OTHER = "example.org"
SHARDS = 4
TEMPLATE = """\
domains: [{domain}]
listen: [{listen}]
edge: {{flow_timer: {flow_timer}}}
"""
MORE = """\
threads: {shards}
tls:
  certificate: cert.pem
  private_key: key.pem
  certificates: [{{certificate: {other}/cert.pem, private_key: {other}/key.pem}}]
"""
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Visit:
    """One connection: the certificate shown, and a ping that is answered; with TLS 1.3 the ticket comes before it."""

    def __init__(self, edge, name, context=None, session=None):
        plain = socket.create_connection(edge, TIMEOUT_S)
        self.socket = (context or unverified()).wrap_socket(plain, server_hostname=name, session=session)
        self.ping()
        self.certificate = self.socket.getpeercert(binary_form=True)
        self.session, self.resumed = self.socket.session, self.socket.session_reused

    def ping(self):
        self.socket.sendall(b"\r\n\r\n")
        assert self.socket.recv(16) == b"\r\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def shown(edge, name):
    with Visit(edge, name) as visit:
        return visit.certificate


def certificate_in(folder):
    with open(os.path.join(folder, "cert.pem")) as f:
        return ssl.PEM_cert_to_DER_cert(f.read())


def sessions(edge):
    """Of each version: the client's context, and a session to be resumed."""
    kept = {}
    for version, number in VERSIONS.items():
        context = unverified()
        context.minimum_version = context.maximum_version = number
        with Visit(edge, "example.com", context) as visit:
            assert not visit.resumed
            kept[version] = (context, visit.session)
    return kept


def check_resumption(edge, kept):
    """The kernel deals connections out to all shards by their source port."""
    for version, (context, session) in kept.items():
        for _ in range(5 * SHARDS):
            with Visit(edge, "example.com", context, session) as visit:
                assert visit.resumed, f"TLS {version}: not resumed"


def replace(folder, name):
    """As those do who renew certificates: new files take the place of the old."""
    scratch = os.path.join(folder, "new")
    os.mkdir(scratch)
    for file in make_certificate(scratch, name):
        os.replace(file, os.path.join(folder, os.path.basename(file)))
    os.rmdir(scratch)


def check_names(edge, folder, other_folder):
    step("the certificate of the name that is asked for")
    first, other = certificate_in(folder), certificate_in(other_folder)
    assert shown(edge, "example.com") == first
    assert shown(edge, OTHER) == other
    assert shown(edge, "example.net") == first


def check_reload(flowgate, edge, folder, other):
    step("sessions are resumed")
    kept = sessions(edge)
    check_resumption(edge, kept)
    with Visit(edge, "example.com") as before:
        step("new files are seen")
        replace(folder, "example.com")
        wait_for("the new certificate", lambda: shown(edge, "example.com") == certificate_in(folder), 5)
        step("new files and SIGHUP")
        replace(other, OTHER)
        os.kill(flowgate.process.child.pid, signal.SIGHUP)
        wait_for("the other one", lambda: shown(edge, OTHER) == certificate_in(other), 1)
        step("a key that does not match")
        good = certificate_in(folder)
        key = os.path.join(folder, "key.pem")
        shutil.copy(key, key + ".good")
        shutil.copy(os.path.join(other, "key.pem"), key)
        line = f"{key}: does not match the certificate in {os.path.join(folder, 'cert.pem')}; the certificates stay"
        wait_for("a line about it", lambda: line in flowgate.log(), 5)
        assert shown(edge, "example.com") == good
        os.replace(key + ".good", key)
        wait_for("the end of that", lambda: flowgate.log().count("were loaded anew") >= 3, 5)
        assert flowgate.log().count(line) == 1, flowgate.log()
        step("the flow from before is there, and sessions are still resumed")
        before.ping()
    check_resumption(edge, kept)


def check_certificates(options, directory, evidence):
    require_programs("openssl")
    edge = (ADDRESS, free_port(ADDRESS))
    other = os.path.join(directory, "other")
    os.mkdir(other)
    make_certificate(other, OTHER)
    listen = [f"tls:{ADDRESS}:{edge[1]}"]
    more = MORE.format(shards=SHARDS, other=other)
    with Flowgate(options.flowgate, directory, listen, more=more, template=TEMPLATE) as flowgate:
        evidence.add("flowgate's log", flowgate.tail)
        check_names(edge, flowgate.directory, other)
        check_reload(flowgate, edge, flowgate.directory, other)


if __name__ == "__main__":
    run(check_certificates, limit_s=100)
