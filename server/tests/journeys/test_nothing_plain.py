"""After a day's talk nothing that was said stands on the disk as it was said."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yanxin.domain.bodies import Code
from yanxin.testing import office as offices
from yanxin.testing.databases import Postgres
from yanxin.testing.office import Office
from yanxin.testing.servers import Server

WORDS = 200
SYLLABLES = ["ka", "lo", "mi", "tu", "ze", "ra", "po", "shi", "na", "ge", "vu", "bri", "sto", "ple", "dor"]
CHARACTERS = "鹧鸪锅炉涡轮叶片棱镜钛钽铌锆钨铼铱锇铑钯鲲鹏麒麟貔貅饕餮獬豸"


def known_words(luck: random.Random) -> list[str]:
    """Two hundred words that stand nowhere else: half Latin, half Chinese."""
    latin = {"".join(luck.choices(SYLLABLES, k=5)) for _ in range(WORDS)}
    chinese = {"".join(luck.choices(CHARACTERS, k=5)) for _ in range(WORDS)}
    return sorted(latin)[: WORDS // 2] + sorted(chinese)[: WORDS // 2]


async def a_days_talk(office: Office, words: list[str], luck: random.Random) -> None:
    """Titles, messages, code, edits, recalls and reactions; every word is used in several ways."""
    people = await office.people("ann", "ben", "cat", "dan")
    groups = [await people[0].founds(f"Group {word}", *people[1:]) for word in words[:20]]
    for group, word in zip(groups, words[20:40], strict=True):
        await people[0].rest.rename(group, f"Renamed {word}")

    async def talks(number: int) -> None:
        person = people[number % len(people)]
        for word in words[number :: len(people)]:
            where = luck.choice(groups)
            said = await person.says(f"about {word}, {word}!", to=where)
            await person.says(Code(f"print('{word}')", "python"), to=where)
            await person.edits(said, f"no: {word}")
            await person.device.react(where, said.seq, "👍")
            if luck.random() < 0.3:
                await person.recalls(said)
            await person.says(f"{word} between us", to=luck.choice([other for other in people if other is not person]))
            await person.reads(said)

    await asyncio.gather(*map(talks, range(len(people))))


def found_in(paths: list[Path], words: list[str]) -> dict[str, list[str]]:
    """Which of `words` stand in which files."""
    found: dict[str, list[str]] = {}
    for path in paths:
        content = path.read_bytes()
        for word in words:
            if word.encode() in content:
                found.setdefault(str(path), []).append(word)
    return found


def files_under(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A server of this module's own: others leave talk of theirs, and full pages show what stood on them."""
    with Postgres(fsync=True) as server:
        yield server


async def talk(server: Server) -> list[str]:
    luck = random.Random(20261124)
    words = known_words(luck)
    server.set_up()
    async with offices.opened(server) as office:
        await a_days_talk(office, words, luck)
    return words


async def test_on_sqlite_neither_data_folder_nor_log_holds_a_word(new_server: Callable[..., Server]) -> None:
    with new_server("sqlite") as server:
        words = await talk(server)
        assert any(path.name.endswith("-wal") and path.stat().st_size for path in files_under(server.data))
        running = found_in([*files_under(server.data), server.log], words)
        assert found_in(files_under(server.data), ["ann-"]), "usernames are kept plain, and the search finds them"
    assert running == {}
    assert found_in([*files_under(server.data), server.log], words) == {}, "nor after it was closed"


async def test_on_postgresql_its_folder_and_log_hold_no_word(
    new_server: Callable[..., Server], own_postgres: Postgres
) -> None:
    with new_server(database=own_postgres.create()) as server:
        words = await talk(server)
        own_postgres.execute("CHECKPOINT")
        paths = [*files_under(own_postgres.data, server.data), own_postgres.log, server.log]
        assert found_in(paths, ["ann-"]), "usernames are kept plain, and the search finds them"
        assert found_in(paths, words) == {}


async def test_the_master_key_lies_outside_the_data_folder(new_server: Callable[..., Server]) -> None:
    """A copy of the data folder alone opens nothing: the key is beside it, for its owner only."""
    with new_server("sqlite") as server:
        server.set_up()
    key = server.data.with_name(server.data.name + ".key")
    assert key.stat().st_mode & 0o077 == 0
    assert found_in(files_under(server.data), [key.read_text("latin-1").strip()]) == {}
