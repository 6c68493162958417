"""How a person is found: by name, username, pinyin and initials."""

from __future__ import annotations

from yanxin.domain.names import username_key


def searched(username: str, display_name: str) -> str:
    """All by which somebody may be looked for, in lower case, a line each.

    张伟 (zhangwei) gives: zhangwei, 张伟, zhangwei, zw.
    """
    # Loaded when first needed: its tables take a tenth of a second, and most starts add nobody.
    from pypinyin import Style, lazy_pinyin

    name = username_key(display_name)
    syllables = lazy_pinyin(name)
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER)
    words = [username_key(username), name, "".join(syllables).replace(" ", ""), "".join(initials).replace(" ", "")]
    return "\n".join(dict.fromkeys(words))


def wanted(query: str) -> str:
    """What somebody typed, in the form in which it is looked for; empty means everybody."""
    return username_key(query.replace("\x00", "").strip())
