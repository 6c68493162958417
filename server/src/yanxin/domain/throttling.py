"""Throttling: how often somebody may fail to sign in, as leaky buckets.

A bucket fills by one with each failure and leaks at a steady rate; a full one refuses and says
when to come back. Successes cost nothing, so an office of five hundred behind one address signs
in at nine o'clock, while whoever guesses is slowed: soonest on one account from one address,
then on one account from anywhere, then from one address and its network on any account.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """`failures` at once, and one more each `seconds`."""

    failures: int
    seconds: float


ACCOUNT_AT_ADDRESS = Allowance(failures=5, seconds=30)
ACCOUNT = Allowance(failures=30, seconds=20)
ADDRESS = Allowance(failures=200, seconds=0.2)
NETWORK = Allowance(failures=1000, seconds=0.1)
MAX_BUCKETS = 100_000


class Buckets:
    """The failures of late. Bounded: the bucket least recently used is forgotten first."""

    def __init__(self) -> None:
        self._levels: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()

    def wait(self, account: str, address: str, now: float) -> float:
        """Seconds until this sign-in may be tried; 0 means now. `now` is in seconds of a steady clock."""
        return max(self._wait(key, allowance, now) for key, allowance in _keys(account, address))

    def failed(self, account: str, address: str, now: float) -> None:
        """Counts one failure. A bucket that is full does not get fuller: nobody waits longer than for one leak."""
        for key, allowance in _keys(account, address):
            level = min(self._level(key, allowance, now) + 1, float(allowance.failures))
            self._levels[key] = (level, now)
            self._levels.move_to_end(key)
        while len(self._levels) > MAX_BUCKETS:
            self._levels.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Takes back the failure that was counted before the check, and forgives this account at this address."""
        for key, _ in _keys(account, address):
            if key in self._levels:
                level, since = self._levels[key]
                self._levels[key] = (max(0.0, level - 1), since)
        self._levels.pop(("account-at-address", account, address), None)

    def _level(self, key: tuple[str, ...], allowance: Allowance, now: float) -> float:
        level, since = self._levels.get(key, (0.0, now))
        return max(0.0, level - (now - since) / allowance.seconds)

    def _wait(self, key: tuple[str, ...], allowance: Allowance, now: float) -> float:
        over = self._level(key, allowance, now) - (allowance.failures - 1)
        return max(0.0, over * allowance.seconds)


def _keys(account: str, address: str) -> list[tuple[tuple[str, ...], Allowance]]:
    return [
        (("account-at-address", account, address), ACCOUNT_AT_ADDRESS),
        (("account", account), ACCOUNT),
        (("address", address), ADDRESS),
        (("network", network_of(address)), NETWORK),
    ]


def network_of(address: str) -> str:
    """The network that `address` lies in: /24 of IPv4, /56 of IPv6; the text itself if it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 56}", strict=False))
