"""A STUN Binding request (RFC 5389) and what its answer says."""
import os
import socket
import struct

MAGIC = b"\x21\x12\xa4\x42"
BINDING_REQUEST, BINDING_SUCCESS = 0x0001, 0x0101
XOR_MAPPED_ADDRESS = 0x0020


def binding_request():
    return struct.pack("!HH", BINDING_REQUEST, 0) + MAGIC + os.urandom(12)


def mapped_address(request, answer):
    """The (address, port) in the XOR-MAPPED-ADDRESS of the success response to this request."""
    kind, length = struct.unpack_from("!HH", answer)
    assert (
        kind == BINDING_SUCCESS and length == len(answer) - 20 and answer[4:20] == request[4:20]
    ), answer.hex()
    at = 20
    while at < len(answer):
        attribute, size = struct.unpack_from("!HH", answer, at)
        if attribute == XOR_MAPPED_ADDRESS:
            return unmask(answer[at + 4 : at + 4 + size], request[4:20])
        at += 4 + (size + 3) // 4 * 4
    raise AssertionError(f"no XOR-MAPPED-ADDRESS in {answer.hex()}")


def unmask(value, mask):
    """RFC 5389 §15.2: the port is XORed with the magic cookie's start, the address with cookie and transaction id."""
    family = {1: socket.AF_INET, 2: socket.AF_INET6}[value[1]]
    port = struct.unpack("!H", bytes(a ^ b for a, b in zip(value[2:4], mask)))[0]
    return socket.inet_ntop(family, bytes(a ^ b for a, b in zip(value[4:], mask))), port
