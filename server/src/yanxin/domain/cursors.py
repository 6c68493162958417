"""Reading: where a cursor may go, and what is unread, by arithmetic.

unread = (head.ordinal − cursor.ordinal) − (my nth at head − my nth at cursor): all messages
after the cursor less my own. Nobody increments a counter, so nothing can drift.
"""

from __future__ import annotations

from yanxin.domain.conversations import Conversation
from yanxin.domain.ids import Millis, Ordinal, Seq
from yanxin.domain.memberships import Membership
from yanxin.domain.refusals import Refused


def unread(conversation: Conversation, member: Membership) -> int:
    """How many messages by others stand after the member's cursor."""
    return (conversation.ordinal - member.cursor_ordinal) - (member.nth - member.cursor_nth)


def moves(conversation: Conversation, member: Membership, to: Seq) -> bool:
    """Whether setting the cursor to `to` changes anything; a cursor never goes back.

    Raises Refused if `to` lies beyond the head.
    """
    if to > conversation.seq:
        raise Refused("cursor.beyond_head", head=conversation.seq)
    return to > member.cursor or member.unread_mark


def move(member: Membership, to: Seq, ordinal: Ordinal, nth: int, now: Millis) -> None:
    """Sets the cursor of `member` to `to`, where the log stands at `ordinal` and the member's own at `nth`."""
    member.unread_mark = False
    if to > member.cursor:
        member.cursor, member.cursor_ordinal, member.cursor_nth, member.cursor_at = to, ordinal, nth, now
