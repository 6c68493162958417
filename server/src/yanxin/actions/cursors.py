"""Reading: set one's cursor."""

from __future__ import annotations

import msgspec

from yanxin.access.conversations import enter
from yanxin.domain import cursors
from yanxin.domain.actors import Actor
from yanxin.domain.ids import ConversationId, Ordinal, Seq
from yanxin.domain.news import CursorMoved, Personal
from yanxin.store import log, mentions
from yanxin.store.database import Work, hot
from yanxin.store.transactions import Writing


class Stood(msgspec.Struct, frozen=True):
    """Where one's cursor stands, and what is left after it."""

    seq: Seq
    ordinal: Ordinal
    nth: int
    unread: int
    mentions: int


def set_to(actor: Actor, where: ConversationId, seq: Seq) -> Work[Stood]:
    """Has read up to `seq`. Lower than now changes nothing.

    Raises Refused: conversation.not_found, cursor.beyond_head.
    """

    def work(tx: Writing) -> Stood:
        conversation, member = enter(tx, actor, where)
        if cursors.moves(conversation, member, seq):
            if seq > member.cursor:
                at_head = seq == conversation.seq
                ordinal = conversation.ordinal if at_head else log.ordinal_at(tx, where, seq)
                nth = member.nth if member.said <= seq else log.nth_at(tx, where, actor.user, seq)
                tx.tell(CursorMoved(where, actor.user, seq))
            else:
                ordinal, nth = member.cursor_ordinal, member.cursor_nth
            member = tx.memberships.edit((where, actor.user))
            cursors.move(member, seq, ordinal, nth, tx.now)
            member.version = tx.next_version(actor.user)
            tx.tell(Personal(actor.user, where, actor.line))
        after = max(member.cursor, member.first - 1)
        return Stood(
            seq=member.cursor,
            ordinal=member.cursor_ordinal,
            nth=member.cursor_nth,
            unread=cursors.unread(conversation, member),
            mentions=mentions.unread(tx, where, actor.user, Seq(after)) if conversation.last_mention > after else 0,
        )

    return hot(work, actor.user)
