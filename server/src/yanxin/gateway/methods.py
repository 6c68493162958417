"""The methods of the socket: what each request becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from yanxin.actions import cursors, messages
from yanxin.domain.ids import ConversationId, Seq, UserId
from yanxin.domain.times import rfc3339
from yanxin.gateway.connection import Connection
from yanxin.protocol import requests, rpc, views
from yanxin.queries import conversations, events
from yanxin.store.transactions import Reading

Method = Callable[[Connection, rpc.Id, Any], None]


def placed(result: messages.Placed) -> views.Sent:
    """Where an event stands, on the wire."""
    return views.Sent(result.seq, result.ordinal, rfc3339(result.at))


def stood(result: cursors.Stood) -> views.Cursor:
    """Where a cursor stands, on the wire."""
    return views.Cursor(result.seq, result.ordinal, result.nth, result.unread, result.mentions)


def _hello(on: Connection, id: rpc.Id, asked: requests.Hello) -> None:
    first = not on.greeted
    on.greeted = True
    on.said_hello()
    # Events are held from here on, so that nothing falls between them and the snapshot.
    on.session.greet()
    on.session.device = asked.device
    if first:
        on.gateway.office.crowd.enter(on.session)
    on.run(id, _answer_hello(on, id, asked))


async def _answer_hello(on: Connection, id: rpc.Id, asked: requests.Hello) -> None:
    try:
        async with on.gateway.admission:
            found = await on.gateway.database.read(
                lambda tx: conversations.hello(tx, on.actor, asked.version, asked.heads)
            )
    except BaseException:  # said on; what was held for the answer is let go
        on.session.held, on.session.owed = None, []
        raise
    settings = found.hello.user.settings
    on.session.shows_presence, on.session.shows_typing = settings.show_presence, settings.show_typing
    on.session.answer(rpc.result(id, found.hello), found.hello.version, found.heads, found.fresh)
    on.gateway.office.changes.catch_up(on.session)
    on.gateway.office.presence.changed(on.actor.user)
    on.gateway.saw(on.actor, asked.device)


def _send(on: Connection, id: rpc.Id, asked: requests.Send) -> None:
    reply_to = None if asked.reply_to is None else Seq(asked.reply_to)
    where = ConversationId(asked.conversation)
    on.write(id, messages.send(on.actor, where, asked.client_id, asked.body, reply_to), placed)


def _edit(on: Connection, id: rpc.Id, asked: requests.Edit) -> None:
    where, target = ConversationId(asked.conversation), Seq(asked.target)
    on.write(id, messages.edit(on.actor, where, target, asked.client_id, asked.body), placed)


def _recall(on: Connection, id: rpc.Id, asked: requests.Recall) -> None:
    where, target = ConversationId(asked.conversation), Seq(asked.target)
    on.write(id, messages.recall(on.actor, where, target, asked.client_id), placed)


def _react(on: Connection, id: rpc.Id, asked: requests.React) -> None:
    where, target = ConversationId(asked.conversation), Seq(asked.target)
    on.write(id, messages.react(on.actor, where, target, asked.emoji, asked.on), placed)


def _set_cursor(on: Connection, id: rpc.Id, asked: requests.SetCursor) -> None:
    on.write(id, cursors.set_to(on.actor, ConversationId(asked.conversation), Seq(asked.seq)), stood)


def _list_events(on: Connection, id: rpc.Id, asked: requests.ListEvents) -> None:
    def look(tx: Reading) -> views.Events:
        where = ConversationId(asked.conversation)
        return events.run(
            tx, on.actor, where, after=asked.after, before=asked.before, around=asked.around, limit=asked.limit
        )

    on.read(id, look)


def _watch_presence(on: Connection, id: rpc.Id, asked: requests.WatchPresence) -> None:
    watched = on.gateway.office.presence.watch(on.session, [UserId(user) for user in asked.users])
    on.reply(id, views.Page(items=watched, next=None))


def _watch_readers(on: Connection, id: rpc.Id, asked: requests.WatchReaders) -> None:
    on.run(id, _answer_watch_readers(on, ConversationId(asked.conversation), asked.seqs))


async def _answer_watch_readers(on: Connection, where: ConversationId, asked: list[int]) -> views.Page[views.ReadCount]:
    return views.Page(items=await on.gateway.office.watchers.watch(on.session, where, asked), next=None)


def _typing(on: Connection, id: rpc.Id, asked: requests.Typing) -> None:
    on.run(id, _answer_typing(on, ConversationId(asked.conversation)))


async def _answer_typing(on: Connection, where: ConversationId) -> views.Empty:
    """It is meant to come as a notification; where it asks to be answered, it is."""
    await on.gateway.office.typists.types(on.session, where)
    return views.Empty()


def _ping(on: Connection, id: rpc.Id, asked: requests.Ping) -> None:
    on.reply(id, views.Now(rfc3339(on.gateway.database.now())))


METHODS: Final[dict[str, Method]] = {
    "hello": _hello,
    "message.send": _send,
    "message.edit": _edit,
    "message.recall": _recall,
    "reaction.set": _react,
    "cursor.set": _set_cursor,
    "events.list": _list_events,
    "presence.watch": _watch_presence,
    "readers.watch": _watch_readers,
    "typing": _typing,
    "ping": _ping,
}
