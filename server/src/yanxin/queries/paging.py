"""Pages of a list: an opaque cursor says where the next one begins."""

from __future__ import annotations

import base64
import binascii

import msgspec

from yanxin.domain.ids import MAX_ID
from yanxin.domain.refusals import Refused

Position = tuple[int, int]
DEFAULT_LIMIT = 50
MAX_LIMIT = 200

_decoder = msgspec.json.Decoder(tuple[str, int, int])


def cursor_after(position: Position, of: str) -> str:
    """The cursor of the page of the list `of` that begins after `position`."""
    return base64.urlsafe_b64encode(msgspec.json.encode((of, *position))).rstrip(b"=").decode()


def position_of(cursor: str | None, of: str) -> Position | None:
    """Where the page of `cursor` begins; None at the start.

    Raises Refused("page.bad_cursor"), also for the cursor of another list than `of`.
    """
    if cursor is None:
        return None
    try:
        whose, *position = _decoder.decode(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Refused("page.bad_cursor") from None
    if whose != of or not all(0 <= number <= MAX_ID for number in position):
        raise Refused("page.bad_cursor")
    return position[0], position[1]
