"""Messages: send, edit, recall, react. What is repeated is done once."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yanxin.access.conversations import enter
from yanxin.domain import messages
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import AnyBody, MessageBody, Reaction, mentioned
from yanxin.domain.conversations import require_open
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import ConversationId, Millis, Ordinal, Seq
from yanxin.domain.memberships import Membership
from yanxin.domain.reading import standing
from yanxin.domain.refusals import Refused
from yanxin.store import log, mentions
from yanxin.store.database import Work, hot
from yanxin.store.transactions import Writing


class Placed(msgspec.Struct, frozen=True):
    """Where an event stands; `repeated` when it stood there already."""

    seq: Seq
    ordinal: Ordinal
    at: Millis
    repeated: bool = False


def send(
    actor: Actor, where: ConversationId, client_id: str, body: MessageBody, reply_to: Seq | None = None
) -> Work[Placed]:
    """Says `body`. The same client_id, body and conversation again give the first result.

    Raises Refused: message.* for a body that nobody may send (at once); conversation.not_found,
    conversation.dismissed, message.not_found (for `reply_to`), message.client_id_reused.
    """
    messages.check(body)
    people, everybody = mentioned(body)

    def work(tx: Writing) -> Placed:
        conversation, member = enter(tx, actor, where)
        require_open(conversation)
        if reply_to is not None:
            messages.require_reply(log.at(tx, where, reply_to), member)
        event = log.append(tx, where, actor.user, Kind.MESSAGE, body, client_id=client_id, reply_to=reply_to)
        if people or everybody:
            mentions.note(tx, where, event.seq, actor.user, people, everybody)
        return _placed(event)

    same = _Same(where, Kind.MESSAGE, body, None, reply_to)
    done = _once(actor, client_id, same, work)
    return done if people or everybody else hot(done, actor.user)


def edit(actor: Actor, where: ConversationId, target: Seq, client_id: str, body: MessageBody) -> Work[Placed]:
    """Gives one's own message a new body; the old one stays in the log for the auditor.

    Raises Refused as `send` does, and message.not_found, not_yours, recalled, too_many_edits.
    """
    messages.check(body)

    def work(tx: Writing) -> Placed:
        conversation, member = enter(tx, actor, where)
        require_open(conversation)
        message, stands, later = _message(tx, where, target, member)
        edits = sum(1 for event in later if event.kind == Kind.EDIT)
        messages.require_editable(message, stands, member, edits)
        event = log.append(tx, where, actor.user, Kind.EDIT, body, client_id=client_id, target=target)
        mentions.forget(tx, where, target)
        mentions.note(tx, where, target, actor.user, *mentioned(body))
        return _placed(event)

    return _once(actor, client_id, _Same(where, Kind.EDIT, body, target, None), work)


def recall(actor: Actor, where: ConversationId, target: Seq, client_id: str | None = None) -> Work[Placed]:
    """Takes a message back: its place stays, its text reaches nobody any more. Again: the same.

    Raises Refused: conversation.not_found, conversation.dismissed, message.not_found, not_yours, too_late.
    """

    def work(tx: Writing) -> Placed:
        conversation, member = enter(tx, actor, where)
        message, stands, later = _message(tx, where, target, member)
        is_group = conversation.kind == "group"
        if stands.recalled_at is not None:
            messages.require_recallable(message, member, is_group=is_group, now=message.at)
            return _placed(next(event for event in later if event.kind == Kind.RECALL), repeated=True)
        require_open(conversation)
        messages.require_recallable(message, member, is_group=is_group, now=tx.now)
        event = log.append(tx, where, actor.user, Kind.RECALL, None, client_id=client_id, target=target)
        mentions.forget(tx, where, target)
        return _placed(event)

    return work if client_id is None else _once(actor, client_id, _Same(where, Kind.RECALL, None, target, None), work)


def react(actor: Actor, where: ConversationId, target: Seq, emoji: str, on: bool) -> Work[Placed]:
    """Sets one's emoji on a message or takes it back. Where it is so already, nothing happens.

    Raises Refused: reaction.*, conversation.not_found, conversation.dismissed, message.not_found, recalled.
    """
    messages.check_emoji(emoji)
    body = Reaction(emoji=emoji, on=on)

    def work(tx: Writing) -> Placed:
        conversation, member = enter(tx, actor, where)
        require_open(conversation)
        message, stands, later = _message(tx, where, target, member)
        if stands.recalled_at is not None:
            raise Refused("message.recalled")
        mine = [event for event in later if event.kind == Kind.REACTION and event.sender == actor.user]
        is_set = any(each.emoji == emoji and actor.user in each.users for each in stands.reactions)
        if is_set == on:
            last = [event for event in mine if isinstance(event.body, Reaction) and event.body.emoji == emoji]
            return _placed(last[-1] if last else message, repeated=True)
        if len(mine) >= messages.MAX_REACTIONS_EACH:
            raise Refused("reaction.too_many", limit=messages.MAX_REACTIONS_EACH)
        if on and len(stands.reactions) >= messages.MAX_EMOJI and all(each.emoji != emoji for each in stands.reactions):
            raise Refused("reaction.too_many", limit=messages.MAX_EMOJI)
        return _placed(log.append(tx, where, actor.user, Kind.REACTION, body, target=target))

    return work


class _Same(msgspec.Struct, frozen=True):
    """What must be equal for a repeat to be one."""

    conversation: ConversationId
    kind: Kind
    body: AnyBody | None
    target: Seq | None
    reply_to: Seq | None


def _once(actor: Actor, client_id: str, same: _Same, work: Callable[[Writing], Placed]) -> Work[Placed]:
    """`work`, or where it is refused and was done before, even before leaving, what it gave then."""

    def done(tx: Writing) -> Placed:
        try:
            return work(tx)
        except Refused as refusal:
            first = log.sent_before(tx, actor.user, client_id)
            if first is None:
                raise
            if _Same(first.conversation, first.kind, first.body, first.target, first.reply_to) != same:
                raise Refused("message.client_id_reused") from refusal
            return _placed(first, repeated=True)

    return done


def _message(
    tx: Writing, where: ConversationId, target: Seq, member: Membership
) -> tuple[Event, Standing, list[Event]]:
    message = messages.require_message(log.at(tx, where, target), member)
    later = log.about(tx, where, target)
    return message, standing(message, later), later


def _placed(event: Event, *, repeated: bool = False) -> Placed:
    return Placed(event.seq, event.ordinal, event.at, repeated)
