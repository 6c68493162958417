"""The judge must be able to condemn: each promise, broken once, is found; an honest history is not accused."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanxin.domain.bodies import Text
from yanxin.protocol import views
from yanxin.testing.checker import Acknowledged, Claim, Record, Witness, violations

ALICE, BOB, WHERE = 1, 2, 42


def said(seq: int, sender: int, nth: int, ordinal: int) -> views.Event:
    return views.Event(
        conversation=WHERE,
        seq=seq,
        ordinal=ordinal,
        kind="message",
        nth=nth,
        at=f"at {seq}",
        sender=sender,
        client_id=f"c{seq}",
        body=Text(f"no. {seq}"),
    )


class History:
    """A join, then four messages by turns; Bob has read two of Alice's, Alice all."""

    def __init__(self) -> None:
        joined = views.Event(conversation=WHERE, seq=1, ordinal=0, kind="member_joined", sender=ALICE, at="at 1")
        self.log = [joined, said(2, ALICE, 1, 1), said(3, BOB, 1, 2), said(4, ALICE, 2, 3), said(5, ALICE, 3, 4)]
        self.alice = Witness(ALICE, {WHERE: 1}, {WHERE: self.log[1:]})
        self.bob = Witness(BOB, {WHERE: 0}, {WHERE: list(self.log)})
        for event in self.log[1:]:
            whose = self.alice if event.sender == ALICE else self.bob
            ack = Acknowledged(WHERE, event.client_id or "", f"no. {event.seq}", event.seq, event.ordinal)
            whose.acknowledged.append(ack)
        self.claims = [Claim(ALICE, WHERE, 5, 0), Claim(BOB, WHERE, 4, 1)]

    def violations(self) -> list[str]:
        return violations([self.alice, self.bob], Record({WHERE: self.log}, self.claims))


def test_an_honest_history_is_not_accused() -> None:
    assert History().violations() == []


def lose_an_acknowledged_message(history: History) -> None:
    del history.log[4]
    del history.alice.received[WHERE][-1]
    del history.bob.received[WHERE][-1]
    history.claims[1] = Claim(BOB, WHERE, 4, 0)


def double_a_message(history: History) -> None:
    again = msgspec.structs.replace(history.log[4], seq=6, ordinal=5, nth=4)
    history.log.append(again)
    history.alice.received[WHERE].append(again)
    history.bob.received[WHERE].append(again)
    history.claims[1] = Claim(BOB, WHERE, 4, 2)


def tell_two_orders(history: History) -> None:
    """Alice heard 3 and 4 the other way round."""
    heard = history.alice.received[WHERE]
    heard[1], heard[2] = (
        msgspec.structs.replace(history.log[3], seq=3, ordinal=2),
        msgspec.structs.replace(history.log[2], seq=4, ordinal=3),
    )


def never_tell_of_the_last(history: History) -> None:
    del history.bob.received[WHERE][-1]


def leave_one_out(history: History) -> None:
    del history.bob.received[WHERE][2]


def tell_one_twice(history: History) -> None:
    history.bob.received[WHERE].insert(3, history.log[2])


def push_a_hole(history: History) -> None:
    history.bob.holes_pushed = 1


def push_one_twice(history: History) -> None:
    history.bob.doubles_pushed = 1


def skip_a_seq(history: History) -> None:
    history.log[4] = msgspec.structs.replace(history.log[4], seq=6)


def miscount_the_ordinal(history: History) -> None:
    history.log[4] = msgspec.structs.replace(history.log[4], ordinal=5)


def miscount_the_nth(history: History) -> None:
    history.log[4] = msgspec.structs.replace(history.log[4], nth=4)


def let_unread_drift(history: History) -> None:
    history.claims[1] = Claim(BOB, WHERE, 4, 2)


def promise_one_place_twice(history: History) -> None:
    history.bob.acknowledged.append(Acknowledged(WHERE, "other", "other", 5, 4))


def promise_two_places_for_one_message(history: History) -> None:
    history.alice.acknowledged.append(Acknowledged(WHERE, "c5", "no. 5", 4, 3))


def change_what_was_said(history: History) -> None:
    history.log[4] = msgspec.structs.replace(history.log[4], body=Text("something else"))


def tell_what_is_not_in_the_log(history: History) -> None:
    history.bob.received[WHERE].append(said(6, BOB, 2, 5))


@pytest.mark.parametrize(
    ("sin", "named"),
    [
        (lose_an_acknowledged_message, "missing"),
        (double_a_message, "doubled"),
        (tell_two_orders, "the log holds"),
        (never_tell_of_the_last, "never heard of seq 5"),
        (leave_one_out, "after a hole"),
        (tell_one_twice, "came again"),
        (push_a_hole, "pushed 1 holes"),
        (push_one_twice, "events twice"),
        (skip_a_seq, "stands seq 6"),
        (miscount_the_ordinal, "ordinal"),
        (miscount_the_nth, "nth"),
        (let_unread_drift, "unread"),
        (promise_one_place_twice, "was acknowledged to"),
        (promise_two_places_for_one_message, "was acknowledged at"),
        (change_what_was_said, "does not say what its sender said"),
        (tell_what_is_not_in_the_log, "which the log does not hold"),
    ],
)
def test_each_broken_promise_is_found(sin: Callable[[History], None], named: str) -> None:
    history = History()
    sin(history)
    assert any(named in sentence for sentence in history.violations()), history.violations()
