"""Nothing that anybody said lies in plain on the disk: not in the file, not in the write-ahead log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.opened import Opened
from yanxin.actions import conversations, messages
from yanxin.domain.bodies import Code, Text
from yanxin.domain.ids import Seq
from yanxin.testing.databases import Postgres

STEMS = ("氮化镓", "扭矩校准", "Quetzalcoatl", "zirconium")
WORDS = [f"{stem}{number}" for number in range(25) for stem in STEMS]


async def test_no_word_of_a_talk_is_found_in_the_files(store: Opened, request: pytest.FixtureRequest) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob, title=WORDS[0])
    for number, word in enumerate(WORDS[1:60]):
        await store.say(alice, where, f"今天的{word}到了 {word}")
        if number % 5 == 0:
            said = await store.database.write(
                messages.send(bob, where, f"code{number}", Code(f"print({WORDS[60 + number // 5]!r})", "python"))
            )
            edited = Text(WORDS[75 + number // 5])
            await store.database.write(messages.edit(bob, where, said.seq, f"edit{number}", edited))
            await store.database.write(messages.recall(bob, where, said.seq))
            await store.database.write(messages.react(alice, where, Seq(2), WORDS[90 + number // 15][:30], on=True))
    await store.database.write(conversations.rename(alice, where, WORDS[99]))

    files = [path for path in _folder(store, request).rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") or "pg_wal" in path.parts for path in files)
    found = {(path.name, stem) for path in files if (data := path.read_bytes()) for stem in STEMS if _is_in(stem, data)}
    assert found == set()
    # The search would find them: what may be read in plain is there.
    assert any(b"said-1" in path.read_bytes() for path in files)


def _folder(store: Opened, request: pytest.FixtureRequest) -> Path:
    if store.kind == "sqlite":
        return store.folder
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.execute("CHECKPOINT")
    return postgres.data


def _is_in(word: str, data: bytes) -> bool:
    escaped = word.encode("ascii", "backslashreplace")
    return any(form in data for form in (word.encode(), word.encode("utf-16-le"), word.encode("gb18030"), escaped))
