"""Passwords: which are accepted; how they are kept is `access.passwords`' affair."""

from __future__ import annotations

from yanxin.domain.names import username_key
from yanxin.domain.refusals import Refused

MIN_CHARACTERS = 8
MAX_CHARACTERS = 256


def check(password: str, username: str) -> None:
    """Raises Refused if `password` is too short, too long, or the username or one character over and over."""
    if len(password) < MIN_CHARACTERS:
        raise Refused("password.too_short", least=MIN_CHARACTERS)
    if len(password) > MAX_CHARACTERS:
        raise Refused("password.too_long", limit=MAX_CHARACTERS)
    if username_key(password) == username_key(username) or len(set(password)) < 3:
        raise Refused("password.too_simple")
