"""What the server says: the shapes of people, conversations, events and answers on the wire."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

import msgspec

from yanxin.domain.bodies import AnyBody, Role
from yanxin.domain.ids import MAX_ID

Time = Annotated[
    str, msgspec.Meta(description="RFC 3339, UTC, with milliseconds", extra_json_schema={"format": "date-time"})
]
Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_ID)]

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list; `next` is the cursor of the following part, or null at the end."""

    items: list[T]
    next: str | None


class Head(msgspec.Struct, frozen=True):
    """The newest place of a conversation, or a place that a cursor stands at."""

    seq: Number
    ordinal: Number


class User(msgspec.Struct, frozen=True):
    """A person, as colleagues see them."""

    id: Number
    username: str
    display_name: str
    disabled: bool
    departments: list[Number] = []


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person chose for all of their devices; null means: as the device has it."""

    language: Literal["zh-CN", "zh-TW", "en"] | None = None
    theme: Literal["light", "dark", "system"] | None = None
    font_size: Literal[14, 16, 18] | None = None
    send_key: Literal["enter", "ctrl_enter"] | None = None
    show_presence: bool = True
    show_typing: bool = True


class Me(msgspec.Struct, frozen=True):
    """Oneself."""

    id: Number
    username: str
    display_name: str
    is_admin: bool
    organisation: str
    settings: Settings
    version: Number


class Session(msgspec.Struct, frozen=True):
    """A place where one is signed in."""

    id: Number
    device: str
    address: str
    created_at: Time
    last_seen_at: Time
    current: bool


class SignedIn(msgspec.Struct, frozen=True):
    """The answer to a sign-in; `token` is null when it went into the cookie."""

    token: str | None
    session: Session
    user: Me


class Department(msgspec.Struct, frozen=True):
    """A department with those below it."""

    id: Number
    name: str
    parent_id: Number | None
    order: int
    user_ids: list[Number]
    children: list[Department]


class ReactionCount(msgspec.Struct, frozen=True):
    """One emoji on a message and who set it, first come first."""

    emoji: str
    users: list[Number]


class Event(msgspec.Struct, frozen=True):
    """An event as it stands now.

    In place of one that speaks of something the asker may not see stands `kind: hidden` with
    nothing but its place (every field after `kind` null): no hole, no news.
    """

    conversation: Number
    seq: Number
    ordinal: Number
    kind: str
    nth: Number | None = None
    at: Time | None = None
    sender: Number | None = None
    client_id: str | None = None
    target: Number | None = None
    reply_to: Number | None = None
    edited_at: Time | None = None
    recalled_at: Time | None = None
    body: AnyBody | None = None
    reactions: list[ReactionCount] = []


class My(msgspec.Struct, frozen=True):
    """What one conversation is to the asker alone."""

    role: Role
    muted: bool
    pinned: bool
    hidden: bool
    unread_mark: bool


class Conversation(msgspec.Struct, frozen=True):
    """A conversation as the asker sees it; `last` is its newest message, `peer` the other in a direct one.

    `nth` is the asker's own running number there: the messages that the asker sent.
    `cursor_nth` is the same at the cursor, so that a client can do the arithmetic of `unread` itself.
    """

    id: Number
    kind: Literal["direct", "group"]
    title: str | None
    peer: Number | None
    head: Head
    first: Number
    cursor: Head
    nth: Number
    cursor_nth: Number
    unread: Number
    mentions: Number
    last: Event | None
    members_count: Number
    my: My
    created_at: Time
    dismissed_at: Time | None


class Member(msgspec.Struct, frozen=True):
    """A member of a conversation."""

    user_id: Number
    role: Role
    joined_seq: Number


class Sent(msgspec.Struct, frozen=True):
    """Where an event was put, told after the commit."""

    seq: Number
    ordinal: Number
    at: Time


class Cursor(msgspec.Struct, frozen=True):
    """Up to where the asker has read, and what is left; `nth` is the asker's own running number there."""

    seq: Number
    ordinal: Number
    nth: Number
    unread: Number
    mentions: Number


class Events(msgspec.Struct, frozen=True):
    """A run of events, rising, without a hole."""

    items: list[Event]
    head: Head


class Reader(msgspec.Struct, frozen=True):
    """Somebody who has read a message; `at` is when the cursor came to where it stands now."""

    user: Number
    at: Time


class Readers(msgspec.Struct, frozen=True):
    """Who has read a message and who has not, the sender left out."""

    read: list[Reader]
    unread: list[Number]


class ReadCount(msgspec.Struct, frozen=True):
    """How many have read one message."""

    conversation: Number
    seq: Number
    read: Number


class Presence(msgspec.Struct, frozen=True):
    """Whether somebody is there."""

    user: Number
    status: Literal["online", "offline"]


class Hello(msgspec.Struct, frozen=True):
    """The answer to `hello`: what changed since the version and heads that the device holds."""

    user: Me
    version: Number
    schema: int
    reset: bool
    conversations: list[Conversation]
    removed: list[Number]
    now: Time


class Now(msgspec.Struct, frozen=True):
    """The server's clock."""

    now: Time


class State(msgspec.Struct, frozen=True):
    """Personal state that changed, told to the person's devices."""

    version: Number
    conversations: list[Conversation]
    removed: list[Number]
    settings: Settings | None


class Typing(msgspec.Struct, frozen=True):
    """Somebody is typing; good for six seconds."""

    conversation: Number
    user: Number


class Goodbye(msgspec.Struct, frozen=True):
    """The server is about to close the socket; come back after the given time."""

    reason: str
    retry_after_ms: Number


class Empty(msgspec.Struct, frozen=True):
    """Nothing to say."""


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457: what went wrong. `code` is stable; `title` is for people, in the asker's language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    params: dict[str, str | int | bool | list[int | str] | None]
