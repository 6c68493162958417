"""What clients say: the bodies of REST requests and the parameters of socket requests.

Unknown fields are refused, numbers are bounded by what JavaScript keeps exactly, and every text
has a length, so nothing oversize reaches the rules.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from yanxin.domain.bodies import MessageBody, Role, UserNumber
from yanxin.domain.ids import MAX_ID
from yanxin.protocol.views import Settings

Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_ID)]
Place = Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]
ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Username = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Emoji = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Device = Annotated[str, msgspec.Meta(max_length=100)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all: a field that is not known is an error, not a guess."""


class Setup(Request, frozen=True):
    token: Annotated[str, msgspec.Meta(max_length=200)]
    organisation: Name
    username: Username
    password: Password
    display_name: Name


class SignIn(Request, frozen=True):
    username: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    otp: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    cookie: bool = False
    device: Device = ""


class ChangePassword(Request, frozen=True):
    old: Annotated[str, msgspec.Meta(max_length=1000)]
    new: Password


class ChangeMe(Request, frozen=True):
    settings: Settings | msgspec.UnsetType = msgspec.UNSET


class AddUser(Request, frozen=True):
    username: Username
    display_name: Name
    password: Password
    is_admin: bool = False
    department_ids: Annotated[list[Place], msgspec.Meta(max_length=50)] = []


class ChangeUser(Request, frozen=True):
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    password: Password | msgspec.UnsetType = msgspec.UNSET
    display_name: Name | msgspec.UnsetType = msgspec.UNSET
    is_admin: bool | msgspec.UnsetType = msgspec.UNSET
    department_ids: Annotated[list[Place], msgspec.Meta(max_length=50)] | msgspec.UnsetType = msgspec.UNSET


class AddDepartment(Request, frozen=True):
    name: Name
    parent_id: Place | None = None
    order: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)] = 0


class NewConversation(Request, frozen=True):
    kind: Literal["direct", "group"]
    member_ids: Annotated[list[UserNumber], msgspec.Meta(max_length=1000)]
    title: Name | None = None


class ChangeMy(Request, frozen=True):
    muted: bool | msgspec.UnsetType = msgspec.UNSET
    pinned: bool | msgspec.UnsetType = msgspec.UNSET
    hidden: bool | msgspec.UnsetType = msgspec.UNSET
    unread_mark: bool | msgspec.UnsetType = msgspec.UNSET


class ChangeConversation(Request, frozen=True):
    title: Name | msgspec.UnsetType = msgspec.UNSET
    my: ChangeMy | msgspec.UnsetType = msgspec.UNSET


class AddMembers(Request, frozen=True):
    user_ids: Annotated[list[UserNumber], msgspec.Meta(min_length=1, max_length=1000)]


class ChangeMember(Request, frozen=True):
    role: Role


class NewMessage(Request, frozen=True):
    client_id: ClientId
    body: MessageBody
    reply_to: Place | None = None


class EditedMessage(Request, frozen=True):
    client_id: ClientId
    body: MessageBody


class NewCursor(Request, frozen=True):
    seq: Number


# The socket: the same things, with the conversation among the parameters.


class Hello(Request, frozen=True):
    version: Number = 0
    heads: dict[str, Number] = {}
    device: Device = ""


class Send(Request, frozen=True):
    conversation: Number
    client_id: ClientId
    body: MessageBody
    reply_to: Place | None = None


class Edit(Request, frozen=True):
    conversation: Number
    target: Place
    client_id: ClientId
    body: MessageBody


class Recall(Request, frozen=True):
    conversation: Number
    target: Place
    client_id: ClientId | None = None


class React(Request, frozen=True):
    conversation: Number
    target: Place
    emoji: Emoji
    on: bool


class SetCursor(Request, frozen=True):
    conversation: Number
    seq: Number


class ListEvents(Request, frozen=True):
    conversation: Number
    after: Number | None = None
    before: Number | None = None
    around: Number | None = None
    limit: Limit = 50


class WatchPresence(Request, frozen=True):
    users: Annotated[list[UserNumber], msgspec.Meta(max_length=1000)]


class WatchReaders(Request, frozen=True):
    conversation: Number
    seqs: Annotated[list[Place], msgspec.Meta(max_length=200)]


class Typing(Request, frozen=True):
    conversation: Number


class Ping(Request, frozen=True):
    """Nothing to say."""
