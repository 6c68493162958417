"""Reads what the server says, also a server that is newer than this client.

Within `v1` fields and kinds of body are only added. A body that this version does not know is
shown by its `fallback` text, as every client does.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from yanxin.domain.bodies import AnyBody
from yanxin.domain.refusals import Fact

T = TypeVar("T")


ABSENT = msgspec.Raw(b"")
"""In place of a field that was not there: a raw field cannot be optional."""


class Failure(msgspec.Struct, frozen=True):
    """The `error` of a JSON-RPC answer."""

    code: int
    message: str = ""
    data: msgspec.Raw = ABSENT


class Frame(msgspec.Struct, frozen=True):
    """One frame from the server: an answer (`id`) or a notification (`method`)."""

    id: int | str | None = None
    method: str | None = None
    params: msgspec.Raw = ABSENT
    result: msgspec.Raw = ABSENT
    error: Failure | None = None


class ErrorData(msgspec.Struct, frozen=True):
    """The `data` of an error of ours: the same code, status and facts as REST gives."""

    code: str
    status: int
    params: dict[str, Fact] = {}


_frames = msgspec.json.Decoder(Frame)
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def frame(data: str | bytes) -> Frame:
    """The frame in `data`. Raises msgspec.MsgspecError when it is none."""
    return _frames.decode(data)


def read(data: bytes | msgspec.Raw, shape: type[T]) -> T:
    """`data` as `shape`. Raises msgspec.ValidationError when it does not fit even leniently."""
    decoder = _decoders.get(shape)
    if decoder is None:
        decoder = _decoders[shape] = msgspec.json.Decoder(shape)
    try:
        fitting: T = decoder.decode(data)
    except msgspec.ValidationError:
        # Almost always a body of tomorrow. Twice the work, but only for what today cannot read.
        return msgspec.convert(_with_known_bodies(msgspec.json.decode(data)), shape)
    return fitting


def _with_known_bodies(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_known_bodies(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = {name: _with_known_bodies(item) for name, item in value.items() if name != "body"}
    if "body" in value:
        known["body"] = _known_body(value["body"])
    return known


def _known_body(body: Any) -> Any:
    try:
        msgspec.convert(body, AnyBody | None)
    except msgspec.ValidationError:
        fallback = body.get("fallback", body.get("text", "")) if isinstance(body, dict) else ""
        return {"type": "text", "text": fallback if isinstance(fallback, str) else ""}
    return body
