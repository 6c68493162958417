"""The ledger: what was said, what was acknowledged, what everybody heard. It judges every delivery.

Nobody may miss an event, hear one twice or hear two in another order than the log's; everybody's
log must be the same one; and what was acknowledged must stand where it was said to stand.
"""

from __future__ import annotations

import time
from array import array
from collections import Counter

from bench.wire import Told

MOST_FAULTS = 20


class Listener:
    """A socket as the ledger knows it: how far it has heard each conversation that it is to hear."""

    __slots__ = ("name", "places", "user")

    def __init__(self, name: str, user: int, places: dict[int, int]) -> None:
        self.name = name
        self.user = user
        self.places = places


class Ledger:
    """The book of one phase; the listeners' places go on from one phase to the next."""

    def __init__(self, listeners: list[Listener]) -> None:
        self.faults: list[str] = []
        self.deliveries = 0
        self.latencies = array("d")
        """Seconds from sending to hearing, for everybody but the sender."""
        self._fault_count = 0
        self._listeners = listeners
        self._begins: dict[int, int] = {}
        self._logs: dict[int, list[str | None]] = {}
        self._said: dict[str, tuple[int, float]] = {}
        self._places: dict[str, int] = {}
        self.expected = 0
        self._audience: Counter[int] = Counter()
        for listener in listeners:
            for where, place in listener.places.items():
                self._audience[where] += 1
                if self._begins.setdefault(where, place) != place:
                    self.fault(f"{listener.name} begins at seq {place} of conversation {where}, others do not")
                self._logs.setdefault(where, [])

    def said(self, where: int, client_id: str) -> None:
        """A message is about to be sent."""
        self._said[client_id] = (where, time.perf_counter())
        self.expected += self._audience[where]

    def acknowledged(self, client_id: str, seq: int) -> None:
        """The server says that it has it, and where."""
        if client_id in self._places:
            self.fault(f"{client_id} was acknowledged twice")
        self._places[client_id] = seq

    def heard(self, listener: Listener, told: Told) -> None:
        """An event came to `listener`."""
        where, seq = told.conversation, told.seq
        place = listener.places.get(where)
        if place is None:
            self.fault(f"{listener.name} heard of conversation {where}, which is not theirs")
            return
        if seq != place + 1:
            how = "twice, or late" if seq <= place else "after a hole"
            self.fault(f"{listener.name} heard seq {seq} of conversation {where} {how}: {place} was the last")
        listener.places[where] = seq
        self.deliveries += 1
        log = self._logs[where]
        index = seq - self._begins[where] - 1
        client_id = told.client_id
        if index == len(log):
            log.append(client_id)
        elif index < 0 or index > len(log) or log[index] != client_id:
            self.fault(f"{listener.name} heard {client_id} at seq {seq} of conversation {where}, others did not")
        if client_id is not None and told.sender != listener.user:
            said = self._said.get(client_id)
            if said is not None:
                self.latencies.append(time.perf_counter() - said[1])

    @property
    def progress(self) -> int:
        """Grows with everything that comes."""
        return self.deliveries + len(self._places)

    @property
    def is_whole(self) -> bool:
        """Whether as much came as should have, and every message was acknowledged."""
        return self.deliveries >= self.expected and len(self._places) >= len(self._said)

    def fault(self, sentence: str) -> None:
        """Something that must not happen did."""
        self._fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(sentence)

    def judged(self) -> list[str]:
        """Every broken promise; none means that all came, once, in one order."""
        if self.deliveries != self.expected:
            self.fault(f"{self.deliveries} events were delivered, {self.expected} should have been")
        for listener in self._listeners:
            for where, place in listener.places.items():
                head = self._begins[where] + len(self._logs[where])
                if place != head:
                    self.fault(f"{listener.name} heard conversation {where} up to {place}, its head is {head}")
        times = Counter(client_id for log in self._logs.values() for client_id in log if client_id is not None)
        for client_id, (where, _) in self._said.items():
            if times[client_id] != 1:
                self.fault(f"{client_id} stands {times[client_id]} times in the log")
            seq = self._places.get(client_id)
            if seq is None:
                self.fault(f"{client_id} was never acknowledged")
                continue
            index = seq - self._begins[where] - 1
            if not 0 <= index < len(self._logs[where]) or self._logs[where][index] != client_id:
                self.fault(f"{client_id} was acknowledged as seq {seq} of conversation {where} and is not there")
        if self._fault_count > len(self.faults):
            self.faults.append(f"and {self._fault_count - len(self.faults)} more like these")
            self._fault_count = len(self.faults)
        return self.faults


def percentile(values: array[float], part: float) -> float:
    """The value below which `part` (0 to 1) of `values` lie; `values` are sorted."""
    return values[min(len(values) - 1, int(part * len(values)))] if values else 0.0
