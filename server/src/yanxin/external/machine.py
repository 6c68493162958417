"""What this machine is called: the names and addresses at which others on the network may find it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

LONGEST_WAIT_SECONDS = 1.0

# Bridges of containers and virtual machines: only this machine itself is behind them, and they come and go.
_INWARD = ("lo", "docker", "br-", "veth", "virbr", "cni", "flannel", "cali", "lxcbr", "lxdbr", "podman")

# The kernel's words (rtnetlink(7)) for "give me all addresses" and what it answers with.
_RTM_NEWADDR, _RTM_GETADDR, _NLMSG_DONE, _NLMSG_ERROR = 20, 22, 3, 2
_NLM_F_REQUEST_DUMP = 0x301
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8
_HEADER = struct.Struct("=LHHLL")  # length, type, flags, sequence, port
_ADDRESS = struct.Struct("=BBBBL")  # family, length of prefix, flags, scope, index of interface
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_SCOPE_GLOBAL, _SCOPE_SITE = 0, 200

# Made for privacy and changed daily · known to be another's too · on its way out · not yet known to be ours alone.
_UNSTEADY = 0x01 | 0x08 | 0x20 | 0x40


def names() -> tuple[str, ...]:
    """Host names, the fullest first, in lower case; never `localhost`.

    The full name comes from the hosts file or the company's DNS, and is missing when that takes over a second.
    """
    short = socket.gethostname()
    found = dict.fromkeys(name.lower().rstrip(".") for name in (_full_name(short), short))
    return tuple(name for name in found if name and not name.startswith("localhost") and not _is_address(name))


def _full_name(short: str) -> str:
    """The full name of `short`, or itself when nobody says so in time."""
    told = [short]
    # The resolver waits ten seconds and more for a server that is down, and cannot be interrupted: the thread is
    # left to itself, and ends with the resolver's patience or the process.
    asking = threading.Thread(target=lambda: told.append(socket.getfqdn(short)), daemon=True)
    asking.start()
    asking.join(LONGEST_WAIT_SECONDS)
    return told[-1]


def addresses() -> tuple[Address, ...]:
    """Steady addresses of the outward interfaces, IPv4 first; without loopback and link-local ones.

    Empty where the kernel does not tell (some sandboxes).
    """
    try:
        told = list(_told_by_kernel())
    except OSError:
        return ()
    return tuple(dict.fromkeys(sorted(told, key=lambda address: address.version)))


def _told_by_kernel() -> Iterator[Address]:
    interfaces = dict(socket.if_nameindex())
    for message in _dump(_RTM_GETADDR):
        _, _, short_flags, scope, index = _ADDRESS.unpack_from(message)
        attributes = dict(_attributes(message[_ADDRESS.size :]))
        flags = struct.unpack("=L", attributes[_IFA_FLAGS])[0] if _IFA_FLAGS in attributes else short_flags
        # On a point-to-point link _IFA_ADDRESS is the other end; _IFA_LOCAL, where it stands, is always ours.
        raw = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS)
        if raw is None or scope not in (_SCOPE_GLOBAL, _SCOPE_SITE):
            continue
        address = ip_address(raw)
        # IPv4 addresses beside the first of an interface carry the bit that means "temporary" in IPv6.
        unsteady = address.version == 6 and flags & _UNSTEADY
        if not unsteady and not address.is_loopback and not interfaces.get(index, "").startswith(_INWARD):
            yield address


def _dump(what: int) -> Iterator[bytes]:
    """The bodies of all messages with which the kernel answers the request `what`."""
    request = _HEADER.pack(_HEADER.size + _ADDRESS.size, what, _NLM_F_REQUEST_DUMP, 1, 0) + bytes(_ADDRESS.size)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(2)
        kernel.send(request)
        while True:
            answer = kernel.recv(1 << 16)
            while answer:
                length, kind, _, _, _ = _HEADER.unpack_from(answer)
                if kind in (_NLMSG_DONE, _NLMSG_ERROR):
                    return
                yield answer[_HEADER.size : length]
                answer = answer[_aligned(length) :]


def _attributes(packed: bytes) -> Iterator[tuple[int, bytes]]:
    while len(packed) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(packed)
        yield kind, packed[_ATTRIBUTE.size : length]
        packed = packed[_aligned(length) :]


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
