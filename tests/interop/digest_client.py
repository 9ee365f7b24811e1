"""What a client makes of a digest challenge: RFC 7616 §3.4."""
import hashlib
import re

from user_agent import header

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]*))')

# For a configuration: {algorithms} to offer, {users} a file. More lines follow.
CONFIG = """\
roles: [edge, registrar]
domains: [{{domain}}]
listen: [{{listen}}]
tls: {{{{certificate: cert.pem, private_key: key.pem}}}}
registrar:
  store: memory
  authentication: digest
  users: {users}
  algorithms: [{algorithms}]
  min_expires: 60
edge: {{{{flow_timer: {{flow_timer}}}}}}
flow_token: {{{{key_file: flowtoken.key}}}}
"""


def configuration(users, algorithms="SHA-256, MD5"):
    """A template for Flowgate."""
    return CONFIG.format(users=users, algorithms=algorithms)


def challenges(refusal):
    """The parameters of each challenge, in order."""
    values = header(refusal, "WWW-Authenticate") + header(refusal, "Proxy-Authenticate")
    return [{name: quoted or token for name, quoted, token in PARAMETER.findall(value)} for value in values]


def answer(challenge, method, uri, user, password, count=1):
    """The value of an Authorization."""

    def digest(*parts):
        return HASHES[challenge["algorithm"]](":".join(parts).encode()).hexdigest()

    nc, cnonce = f"{count:08x}", "0a4f113b"
    secret = digest(user, challenge["realm"], password)
    response = digest(secret, challenge["nonce"], nc, cnonce, "auth", digest(method, uri))
    return (
        f'Digest username="{user}", realm="{challenge["realm"]}", nonce="{challenge["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm={challenge["algorithm"]}, qop=auth, nc={nc}, cnonce="{cnonce}", '
        f'opaque="{challenge["opaque"]}"'
    )
