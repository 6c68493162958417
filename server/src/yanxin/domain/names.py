"""Names of people, groups and departments: what is let in, and what would deceive the eye."""

from __future__ import annotations

import re
import unicodedata

from yanxin.domain.refusals import Refused

# Controls, separators of lines, and the format characters (zero width, bidirectional overrides)
# with which one name is made to look like another. The joiners inside emoji are spared.
_JOINERS = {"\u200d", "\ufe0f"}
# Letters and marks by their category, and nothing to be seen: fillers of Hangul, the blank of Braille, the joiner of marks.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_USERNAME = re.compile(r"[^\W_](?:[\w.@+-]*[\w])?", re.UNICODE)
MAX_NAME = 100
MAX_USERNAME = 64


def clean(name: str, code: str, limit: int = MAX_NAME) -> str:
    """`name` in NFC, with runs of white space made one space and the ends trimmed.

    Raises Refused(`code`) when nothing is left, it is longer than `limit`, or it holds controls,
    zero-width or bidirectional characters.
    """
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if not text or len(text) > limit:
        raise Refused(code, limit=limit)
    for character in text:
        if character in BLANKS:
            raise Refused(code, limit=limit)
        if character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs"):
            raise Refused(code, limit=limit)
    return text


def username_key(username: str) -> str:
    """The form under which a username is unique: `ＺＨＡＮＧ`, `Zhang` and `zhang` are one."""
    return unicodedata.normalize("NFKC", username).casefold()


def clean_username(username: str) -> str:
    """`username` as it is kept: letters (also Chinese) and digits, with `. _ - @ +` inside.

    Raises Refused("user.bad_username") otherwise.
    """
    text = unicodedata.normalize("NFKC", username).strip()
    if len(text) > MAX_USERNAME or not _USERNAME.fullmatch(text) or BLANKS & set(text):
        raise Refused("user.bad_username", limit=MAX_USERNAME)
    return text
