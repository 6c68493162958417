"""What an event says: the bodies that people write and those that the server writes.

Each is a msgspec struct with `type` as its tag, so one decoder reads all of them and an unknown
field or type is refused. Bodies are sealed as the JSON made here (see `store.sealing`).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from yanxin.domain.ids import MAX_ID, UserId

Role = Literal["owner", "admin", "member"]
UserNumber = Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """The base of all bodies."""


class Text(Body, frozen=True, tag="text"):
    """A message in Markdown. `mentions` are the people spoken to; `mention_all` is everybody."""

    text: str
    mentions: list[UserNumber] = []
    mention_all: bool = False


class Code(Body, frozen=True, tag="code"):
    """A piece of source code; `language` is a short name such as `python`, or empty."""

    text: str
    language: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[A-Za-z0-9+#._-]*$")] = ""


class Members(Body, frozen=True, tag="members"):
    """Who joined or left, in `member_joined` and `member_left`."""

    user_ids: list[UserNumber]


class Title(Body, frozen=True, tag="title"):
    """The new title, in `renamed`."""

    title: str


class RoleChange(Body, frozen=True, tag="role"):
    """Who has which role from now on, in `role_changed`."""

    user_id: UserNumber
    role: Role


class Reaction(Body, frozen=True, tag="reaction"):
    """One person's emoji on the target, set (`on`) or taken back."""

    emoji: str
    on: bool


MessageBody = Text | Code
"""What people may send today."""

AnyBody = Text | Code | Members | Title | RoleChange | Reaction
"""What may stand in an event."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyBody)


def encoded(body: AnyBody) -> bytes:
    """The canonical JSON of `body`: the same body gives the same bytes."""
    return _encoder.encode(body)


def decoded(data: bytes) -> AnyBody:
    """The body that `encoded` wrote.

    Raises msgspec.ValidationError if the bytes are not a body of this version.
    """
    body: AnyBody = _decoder.decode(data)
    return body


def mentioned(body: AnyBody | None) -> tuple[frozenset[UserId], bool]:
    """The people that `body` speaks to, and whether it speaks to everybody."""
    if isinstance(body, Text):
        return frozenset(UserId(user) for user in body.mentions), body.mention_all
    return frozenset(), False
