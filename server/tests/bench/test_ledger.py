"""The judge of the benchmarks must be able to find somebody guilty."""

from __future__ import annotations

import pytest

from bench.ledger import Ledger, Listener
from bench.wire import Told

WHERE = 7


class _Talk:
    """Two listeners of one conversation whose head is 3, in which three things are said."""

    def __init__(self) -> None:
        self.alice = Listener("alice", 1, {WHERE: 3})
        self.bob = Listener("bob", 2, {WHERE: 3})
        self.ledger = Ledger([self.alice, self.bob])
        for number in range(3):
            self.ledger.said(WHERE, f"m{number}")
            self.ledger.acknowledged(f"m{number}", 4 + number)

    def hears(self, listener: Listener, *numbers: int) -> None:
        for number in numbers:
            told = Told(conversation=WHERE, seq=4 + number, sender=1, client_id=f"m{number}")
            self.ledger.heard(listener, told)


def test_what_all_hear_once_and_in_order_is_no_fault() -> None:
    talk = _Talk()
    talk.hears(talk.alice, 0, 1, 2)
    talk.hears(talk.bob, 0, 1, 2)

    assert talk.ledger.is_whole
    assert talk.ledger.judged() == []
    assert talk.ledger.deliveries == 6
    assert len(talk.ledger.latencies) == 3, "alice said it all: only bob's hearing takes time"


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        ((0, 1), "bob heard conversation 7 up to 5, its head is 6"),
        ((0, 2), "bob heard seq 6 of conversation 7 after a hole"),
        ((0, 1, 1, 2), "bob heard seq 5 of conversation 7 twice"),
        ((0, 2, 1), "bob heard seq 5 of conversation 7 twice, or late"),
        ((), "3 events were delivered, 6 should have been"),
    ],
    ids=["the last lost", "one lost", "one doubled", "two swapped", "all lost"],
)
def test_what_one_does_not_hear_so_is_a_fault(heard: tuple[int, ...], sentence: str) -> None:
    talk = _Talk()
    talk.hears(talk.alice, 0, 1, 2)
    talk.hears(talk.bob, *heard)

    assert any(sentence in fault for fault in talk.ledger.judged())


def test_two_orders_of_one_log_are_a_fault() -> None:
    talk = _Talk()
    talk.hears(talk.alice, 0, 1, 2)
    for seq, client_id in ((4, "m1"), (5, "m0"), (6, "m2")):
        talk.ledger.heard(talk.bob, Told(conversation=WHERE, seq=seq, sender=1, client_id=client_id))

    assert any("others did not" in fault for fault in talk.ledger.judged())


def test_an_acknowledged_message_that_is_elsewhere_is_a_fault() -> None:
    talk = _Talk()
    for listener in (talk.alice, talk.bob):
        for seq, client_id in ((4, "m1"), (5, "m0"), (6, "m2")):
            talk.ledger.heard(listener, Told(conversation=WHERE, seq=seq, sender=1, client_id=client_id))

    assert any("m0 was acknowledged as seq 4" in fault for fault in talk.ledger.judged())


def test_a_message_that_nobody_acknowledged_is_a_fault() -> None:
    talk = _Talk()
    talk.ledger.said(WHERE, "m3")
    talk.hears(talk.alice, 0, 1, 2, 3)
    talk.hears(talk.bob, 0, 1, 2, 3)

    assert not talk.ledger.is_whole
    assert "m3 was never acknowledged" in talk.ledger.judged()


def test_news_of_a_conversation_of_others_is_a_fault() -> None:
    talk = _Talk()
    talk.ledger.heard(talk.bob, Told(conversation=8, seq=1))

    assert "bob heard of conversation 8, which is not theirs" in talk.ledger.judged()
