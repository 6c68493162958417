"""The statements of the hot path, spelled in Core and compiled once for the driver."""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, func, literal_column, or_, select

from yanxin.store import dialects
from yanxin.store.tables import EVERYBODY, events, mentions

EVENT_COLUMNS = [
    "conversation",
    "seq",
    "ordinal",
    "nth",
    "at",
    "sender",
    "kind",
    "client_id",
    "target",
    "reply_to",
    "body",
]


class Hot:
    """`append`: an event, unless its (sender, client_id) stands there already. `ordinal_at`: of a
    place. `nth_at`: of a person's newest message up to a place. `mentions_after`: how many
    messages after a place speak to a person."""

    def __init__(self, bind: Engine) -> None:
        # ON CONFLICT instead of an error: on PostgreSQL an error would end the whole batch.
        with_conflict = dialects.insert(bind, events).values({name: bindparam(name) for name in EVENT_COLUMNS})
        self.append = dialects.driver_statement(bind, with_conflict.on_conflict_do_nothing(), EVENT_COLUMNS)
        self.ordinal_at = dialects.driver_statement(
            bind,
            select(events.c.ordinal).where(events.c.conversation == bindparam("at"), events.c.seq == bindparam("upto")),
            ["at", "upto"],
        )
        self.nth_at = dialects.driver_statement(
            bind,
            select(func.max(events.c.nth)).where(
                events.c.conversation == bindparam("at"),
                events.c.sender == bindparam("who"),
                events.c.seq <= bindparam("upto"),
            ),
            ["at", "who", "upto"],
        )
        self.mentions_after = dialects.driver_statement(
            bind,
            select(func.count(func.distinct(mentions.c.seq))).where(
                mentions.c.conversation == bindparam("at"),
                mentions.c.seq > bindparam("after"),
                or_(mentions.c.user == bindparam("who"), mentions.c.user == literal_column(str(EVERYBODY))),
                mentions.c.sender != bindparam("me"),
            ),
            ["at", "after", "who", "me"],
        )
