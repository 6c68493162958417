"""Conversations, their members, their log, and what is said and read there."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import Parameter

from yanxin.actions import conversations, cursors, members, messages
from yanxin.actions.conversations import Opened, Wishes
from yanxin.domain.actors import Actor
from yanxin.domain.ids import MAX_ID, ConversationId, Seq, UserId
from yanxin.domain.times import rfc3339
from yanxin.http.problems import may_fail, there_already
from yanxin.http.services import Services
from yanxin.protocol import requests, views
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen
from yanxin.queries import members as members_seen
from yanxin.queries.paging import MAX_LIMIT

Number = Annotated[int, Parameter(ge=1, le=MAX_ID)]
# Said twice, because the document forgets a bound of 0.
Place = Annotated[int | None, Parameter(ge=0, le=MAX_ID, schema_extra={"minimum": 0})]
Limit = Annotated[int, Parameter(ge=1, le=MAX_LIMIT)]
Emoji = Annotated[str, Parameter(min_length=1, max_length=32)]


class ConversationsController(Controller):
    """Conversations."""

    path = "/conversations"
    tags = ["conversations"]

    @get(summary="My conversations, those that moved last first", responses=may_fail(401))
    async def mine(
        self, services: Services, actor: Actor, limit: Limit = 50, cursor: str | None = None
    ) -> views.Page[views.Conversation]:
        return await services.database.read(lambda tx: seen.page(tx, actor, cursor, limit))

    @post(
        summary="Open a direct conversation or make a group",
        responses=there_already(views.Conversation) | may_fail(401, 403, 404, 409, 413),
    )
    async def open(
        self, services: Services, actor: Actor, data: requests.NewConversation
    ) -> Response[views.Conversation]:
        if data.kind == "direct":
            opened: Opened = await services.database.write(conversations.open_direct(actor, data.member_ids))
        else:
            opened = await services.database.write(conversations.open_group(actor, data.member_ids, data.title))
        shown = await services.database.read(lambda tx: seen.one(tx, actor, opened.id))
        return Response(shown, status_code=200 if opened.existed else 201)

    @get("/{conversation_id:int}", summary="One conversation", responses=may_fail(401, 404))
    async def one(self, services: Services, actor: Actor, conversation_id: Number) -> views.Conversation:
        where = ConversationId(conversation_id)
        return await services.database.read(lambda tx: seen.one(tx, actor, where))

    @patch(
        "/{conversation_id:int}",
        summary="Rename a group, or keep a conversation as I like",
        responses=may_fail(401, 403, 404, 409, 413),
    )
    async def change(
        self, services: Services, actor: Actor, conversation_id: Number, data: requests.ChangeConversation
    ) -> views.Conversation:
        where = ConversationId(conversation_id)
        if data.title is not msgspec.UNSET:
            await services.database.write(conversations.rename(actor, where, data.title))
        if data.my is not msgspec.UNSET:
            given = {name: wish for name, wish in msgspec.structs.asdict(data.my).items() if wish is not msgspec.UNSET}
            await services.database.write(conversations.keep(actor, where, Wishes(**given)))
        return await services.database.read(lambda tx: seen.one(tx, actor, where))

    @delete(
        "/{conversation_id:int}",
        status_code=204,
        summary="Dismiss a group",
        responses=may_fail(401, 403, 404, 409),
    )
    async def dismiss(self, services: Services, actor: Actor, conversation_id: Number) -> None:
        await services.database.write(conversations.dismiss(actor, ConversationId(conversation_id)))

    # Members

    @get("/{conversation_id:int}/members", summary="Who is in it", responses=may_fail(401, 404))
    async def members(
        self, services: Services, actor: Actor, conversation_id: Number, limit: Limit = 200, cursor: str | None = None
    ) -> views.Page[views.Member]:
        where = ConversationId(conversation_id)
        return await services.database.read(lambda tx: members_seen.page(tx, actor, where, cursor, limit))

    @post(
        "/{conversation_id:int}/members",
        status_code=200,
        summary="Bring people in",
        responses=may_fail(401, 403, 404, 409, 413),
    )
    async def add_members(
        self, services: Services, actor: Actor, conversation_id: Number, data: requests.AddMembers
    ) -> views.Conversation:
        where = ConversationId(conversation_id)
        await services.database.write(members.add(actor, where, data.user_ids))
        return await services.database.read(lambda tx: seen.one(tx, actor, where))

    @patch(
        "/{conversation_id:int}/members/{user_id:int}",
        status_code=204,
        summary="Give a member another role",
        responses=may_fail(401, 403, 404, 409, 413),
    )
    async def set_role(
        self, services: Services, actor: Actor, conversation_id: Number, user_id: Number, data: requests.ChangeMember
    ) -> None:
        where = ConversationId(conversation_id)
        await services.database.write(members.set_role(actor, where, UserId(user_id), data.role))

    @delete(
        "/{conversation_id:int}/members/{user_id:int}",
        status_code=204,
        summary="Take a member out, or leave",
        responses=may_fail(401, 403, 404, 409),
    )
    async def remove_member(self, services: Services, actor: Actor, conversation_id: Number, user_id: Number) -> None:
        await services.database.write(members.remove(actor, ConversationId(conversation_id), UserId(user_id)))

    # The log

    @get("/{conversation_id:int}/events", summary="A run of the log", responses=may_fail(401, 404))
    async def events(
        self,
        services: Services,
        actor: Actor,
        conversation_id: Number,
        after: Place = None,
        before: Place = None,
        around: Place = None,
        limit: Limit = 50,
    ) -> views.Events:
        where = ConversationId(conversation_id)
        return await services.database.read(
            lambda tx: log_seen.run(tx, actor, where, after=after, before=before, around=around, limit=limit)
        )

    @post(
        "/{conversation_id:int}/messages",
        summary="Say something",
        responses=there_already(views.Sent) | may_fail(401, 403, 404, 409, 413),
    )
    async def send(
        self, services: Services, actor: Actor, conversation_id: Number, data: requests.NewMessage
    ) -> Response[views.Sent]:
        reply_to = None if data.reply_to is None else Seq(data.reply_to)
        where = ConversationId(conversation_id)
        sent = await services.database.write(messages.send(actor, where, data.client_id, data.body, reply_to))
        return Response(_placed(sent), status_code=200 if sent.repeated else 201)

    @patch(
        "/{conversation_id:int}/messages/{seq:int}",
        summary="Edit my message",
        responses=may_fail(401, 403, 404, 409, 413),
    )
    async def edit(
        self, services: Services, actor: Actor, conversation_id: Number, seq: Number, data: requests.EditedMessage
    ) -> views.Sent:
        where = ConversationId(conversation_id)
        return _placed(await services.database.write(messages.edit(actor, where, Seq(seq), data.client_id, data.body)))

    @delete(
        "/{conversation_id:int}/messages/{seq:int}",
        status_code=200,
        summary="Recall a message",
        responses=may_fail(401, 403, 404, 409),
    )
    async def recall(self, services: Services, actor: Actor, conversation_id: Number, seq: Number) -> views.Sent:
        where = ConversationId(conversation_id)
        return _placed(await services.database.write(messages.recall(actor, where, Seq(seq))))

    @put(
        "/{conversation_id:int}/messages/{seq:int}/reactions/{emoji:str}",
        summary="Set my emoji on a message",
        responses=may_fail(401, 403, 404, 409),
    )
    async def react(
        self, services: Services, actor: Actor, conversation_id: Number, seq: Number, emoji: Emoji
    ) -> views.Sent:
        where = ConversationId(conversation_id)
        return _placed(await services.database.write(messages.react(actor, where, Seq(seq), emoji, on=True)))

    @delete(
        "/{conversation_id:int}/messages/{seq:int}/reactions/{emoji:str}",
        status_code=200,
        summary="Take my emoji back",
        responses=may_fail(401, 403, 404, 409),
    )
    async def take_back(
        self, services: Services, actor: Actor, conversation_id: Number, seq: Number, emoji: Emoji
    ) -> views.Sent:
        where = ConversationId(conversation_id)
        return _placed(await services.database.write(messages.react(actor, where, Seq(seq), emoji, on=False)))

    # Reading

    @put(
        "/{conversation_id:int}/cursor",
        summary="I have read up to here",
        responses=may_fail(401, 403, 404, 413),
    )
    async def set_cursor(
        self, services: Services, actor: Actor, conversation_id: Number, data: requests.NewCursor
    ) -> views.Cursor:
        where = ConversationId(conversation_id)
        stood = await services.database.write(cursors.set_to(actor, where, Seq(data.seq)))
        return views.Cursor(stood.seq, stood.ordinal, stood.nth, stood.unread, stood.mentions)

    @get(
        "/{conversation_id:int}/messages/{seq:int}/readers",
        summary="Who has read a message",
        responses=may_fail(401, 404),
    )
    async def readers(self, services: Services, actor: Actor, conversation_id: Number, seq: Number) -> views.Readers:
        where = ConversationId(conversation_id)
        return await services.database.read(lambda tx: members_seen.readers(tx, actor, where, Seq(seq)))


def _placed(result: messages.Placed) -> views.Sent:
    return views.Sent(result.seq, result.ordinal, rfc3339(result.at))
