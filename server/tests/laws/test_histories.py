"""The laws of docs/architecture.md, held against random histories on both databases."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from tests.laws.desks import Desk, House, house
from tests.laws.histories import EMOJI, HISTORIES, Act, Play
from tests.laws.mirror import shown
from tests.laws.truth import Room, rooms
from tests.store.opened import Templates
from yanxin.actions import conversations, cursors, members, messages
from yanxin.actions.conversations import Wishes
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Text, Title
from yanxin.domain.events import Event, Kind
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.refusals import Refused
from yanxin.protocol import views
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen
from yanxin.queries import members as members_seen
from yanxin.store.transactions import Reading
from yanxin.testing.databases import Postgres
from yanxin.testing.plugin import BOTH

WORD = re.compile("\u27e6w\\d+x\\d+\u27e7")
EXAMPLES = {"sqlite": 60, "postgresql": 12}


class Stage:
    """A house that stays open over many examples: each has people and conversations of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.house: House = self.runner.run(self._stack.enter_async_context(house(url, folder)))

    def close(self) -> None:
        self.runner.run(self._stack.aclose())
        self.runner.close()


@pytest.fixture(scope="module", params=BOTH)
def stage(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Stage]]:
    folder = tmp_path_factory.mktemp("laws")
    postgres: Postgres | None = None
    if request.param == "sqlite":
        url = templates.sqlite(folder)
    else:
        templates.postgres = postgres = request.getfixturevalue("postgres")
        url = templates.postgresql()
    opened = Stage(url, folder)
    yield request.param, opened
    opened.close()
    if postgres is not None:
        postgres.drop(url)


async def played(house: House, turns: list[list[Act]]) -> None:
    """Plays the history, then holds everything against the truth."""
    note("\n".join(str([*turn]) for turn in turns))
    play = await Play.begins(house)
    try:
        for turn in turns:
            await asyncio.gather(*(play.does(act) for act in turn))
        await play.ends()
        truth = await house.database.read(lambda tx: rooms(tx, play.rooms))
        for desk in play.desks:
            await _is_the_same_later(house, desk)
        wrong = play.wrong + [each for desk in play.desks for each in desk.wrong]
        for room in truth.values():
            wrong += room.broken()
        assert wrong == []
        for actor in play.actors:
            await house.database.read(_held_by(actor, truth))
            await _is_shut_out(house, actor, truth)
        for desk in play.desks:
            _heard_nothing_else(desk, truth)
    finally:
        await play.goes()


async def _is_the_same_later(house: House, desk: Desk) -> None:
    """Snapshot + events = the snapshot of whoever comes later, as soon as all is told."""

    def look(tx: Reading) -> tuple[views.Hello, dict[int, list[views.Event]]]:
        told = seen.hello(tx, desk.actor, 0, {}).hello
        logs = {
            each.id: log_seen.run(tx, desk.actor, ConversationId(each.id), after=0, limit=1000).items
            for each in told.conversations
        }
        return told, logs

    told, logs = await house.database.read(look)
    followed = desk.mirror.followed

    def drawings() -> tuple[Any, Any]:
        later = {each.id: _drawn(each, logs[each.id]) for each in told.conversations}
        now = {where: _drawn(each.told, list(each.log.values())) for where, each in followed.items()}
        return (now, desk.mirror.settings), (later, told.user.settings)

    def is_settled() -> bool:
        now, later = drawings()
        return bool(now == later)

    await desk.settles(is_settled)
    (now, now_chosen), (later, later_chosen) = drawings()
    assert now.keys() == later.keys(), f"user {desk.actor.user}"
    for where, (conversation, log) in now.items():
        assert conversation == later[where][0], f"user {desk.actor.user}"
        assert log == later[where][1], f"user {desk.actor.user}"
    assert now_chosen == later_chosen

    def again(tx: Reading) -> views.Hello:
        heads = {str(where): each.held for where, each in followed.items()}
        return seen.hello(tx, desk.actor, desk.mirror.version, heads).hello

    nothing = await house.database.read(again)
    assert (nothing.removed, nothing.reset) == ([], False)
    assert {each.id for each in nothing.conversations} <= desk.read_alone, "told again, though nothing moved"


def _drawn(told: views.Conversation, log: list[views.Event]) -> Any:
    plain = msgspec.to_builtins(told)
    plain["last"] = None if told.last is None else shown(told.last)
    return plain, [shown(event) for event in sorted(log, key=lambda each: each.seq)]


def _held_by(actor: Actor, truth: dict[int, Room]) -> Callable[[Reading], None]:
    return lambda tx: _holds_for(tx, actor, truth)


def _holds_for(tx: Reading, actor: Actor, truth: dict[int, Room]) -> None:
    """What every reading gives is what one counts; what one may not see is not there."""
    mine = {where: room for where, room in truth.items() if actor.user in room.there()}
    page = seen.page(tx, actor, None, 200).items
    assert sorted(each.id for each in page) == sorted(mine)
    assert [seen.one(tx, actor, ConversationId(each.id)) for each in page] == page
    assert sum(each.unread for each in page) == sum(room.unread(actor.user) for room in mine.values())
    for told in page:
        room = mine[told.id]
        first = room.first(actor.user)
        assert (told.head.seq, told.first) == (len(room.log), first)
        assert told.unread == room.unread(actor.user)
        assert told.mentions == room.mentions(actor.user)
        assert told.cursor.seq == room.cursors[actor.user]
        assert told.members_count == len(room.there())
        assert told.my.role == room.roles[actor.user]
        where = ConversationId(told.id)
        log = log_seen.run(tx, actor, where, after=0, limit=1000).items
        assert [event.seq for event in log] == list(range(first, len(room.log) + 1))
        for event in log:
            _is_as_it_stands(event, room, first)
        _is_one_log(tx, actor, where, log)
        people = members_seen.page(tx, actor, where, None, 200).items
        assert sorted(each.user_id for each in people) == room.there()
        assert {each.user_id: each.role for each in people} == room.roles
        said = [event.seq for event in log if event.kind == "message"]
        counts = {each.seq: each.read for each in members_seen.read_counts(tx, where, [Seq(seq) for seq in said])}
        for seq in said:
            read, unread = room.readers(seq)
            readers = members_seen.readers(tx, actor, where, Seq(seq))
            assert ({each.user for each in readers.read}, set(readers.unread)) == (read, unread)
            assert counts[seq] == len(read)


def _is_as_it_stands(event: views.Event, room: Room, first: int) -> None:
    """Recalled and superseded text reaches nobody, by any reading."""
    kept = room.log[event.seq - 1]
    if kept.target is not None and kept.target < first:
        assert shown(event) == shown(views.Event(kept.conversation, kept.seq, kept.ordinal, "hidden"))
        return
    assert (event.kind, event.sender, event.ordinal, event.target) == (
        kept.kind,
        kept.sender,
        kept.ordinal,
        kept.target,
    )
    if kept.kind == Kind.MESSAGE:
        assert event.body == room.body(event.seq)
        assert {each.emoji: each.users for each in event.reactions} == room.reactions(event.seq)
        assert [each.emoji for each in event.reactions] == list(room.reactions(event.seq))
    elif kept.kind == Kind.EDIT:
        assert kept.target is not None
        assert event.body == (kept.body if kept.body == room.body(kept.target) else None)
    else:
        assert event.body == kept.body


def _is_one_log(tx: Reading, actor: Actor, where: ConversationId, log: list[views.Event]) -> None:
    """However one asks for a part of the log, it is a part of the same log."""
    for place, event in enumerate(log):
        for limit in (1, 3):
            after = log_seen.run(tx, actor, where, after=event.seq, limit=limit).items
            before = log_seen.run(tx, actor, where, before=event.seq, limit=limit).items
            around = log_seen.run(tx, actor, where, around=event.seq, limit=limit).items
            assert after == log[place + 1 : place + 1 + limit]
            assert before == log[max(0, place - limit) : place]
            assert event in around
            start = log.index(around[0])
            assert around == log[start : start + len(around)]


async def _is_shut_out(house: House, actor: Actor, truth: dict[int, Room]) -> None:
    """Where one is no member, every reading and every act says that there is no such conversation."""
    for room in truth.values():
        if actor.user in room.there():
            continue
        where = ConversationId(room.id)
        for look in _looks(actor, where):
            assert await _refusal_of(house.database.read(look)) == "conversation.not_found"
        name = f"shut-out-{next(house.names)}"
        works = [
            messages.send(actor, where, f"{name}-1", Text("x")),
            messages.edit(actor, where, Seq(1), f"{name}-2", Text("x")),
            messages.recall(actor, where, Seq(1)),
            messages.react(actor, where, Seq(1), EMOJI[0], on=True),
            cursors.set_to(actor, where, Seq(0)),
            members.add(actor, where, [actor.user]),
            members.remove(actor, where, actor.user),
            members.set_role(actor, where, actor.user, "owner"),
            conversations.rename(actor, where, "x"),
            conversations.keep(actor, where, Wishes(muted=True)),
            conversations.dismiss(actor, where),
        ]
        for work in works:
            assert await _refusal_of(house.database.write(work)) == "conversation.not_found"
    shut = [room.id for room in truth.values() if actor.user not in room.there()]
    told = await house.database.read(lambda tx: seen.those(tx, actor.user, [ConversationId(each) for each in shut]))
    assert told == []


def _looks(actor: Actor, where: ConversationId) -> list[Callable[[Reading], object]]:
    """Every way to look into a conversation."""
    return [
        lambda tx: seen.one(tx, actor, where),
        lambda tx: log_seen.run(tx, actor, where, after=0, limit=50),
        lambda tx: members_seen.page(tx, actor, where, None, 50),
        lambda tx: members_seen.readers(tx, actor, where, Seq(1)),
    ]


async def _refusal_of(asked: Any) -> str:
    with pytest.raises(Refused) as caught:
        await asked
    return caught.value.code


def _heard_nothing_else(desk: Desk, truth: dict[int, Room]) -> None:
    """Over the whole time, no frame held a word of an event that this person was not there for."""
    user = desk.actor.user
    allowed: set[str] = set()
    for room in truth.values():
        for event in room.log:
            if user in room.audience(event.seq):
                allowed |= _words(event, room)
        if user in room.stays:
            # The title is everybody's who is there, however long it has stood.
            allowed |= {event.body.title for event in room.log if isinstance(event.body, Title)}
    for frame in desk.heard:
        found = set(WORD.findall(frame.decode()))
        # A group's first title stands in no event; it is told with the conversation alone.
        assert found <= allowed | _first_titles(frame), f"user {user} was told {found - allowed}"
    for pushed in desk.events:
        assert user in truth[pushed.conversation].audience(pushed.seq), f"user {user} was pushed {pushed}"


def _words(event: Event, room: Room) -> set[str]:
    """What somebody may hear of `event`, then and later: its text, and that of the edits of a message."""
    texts = {getattr(event.body, "text", ""), getattr(event.body, "title", "")}
    for later in room.log[event.seq :]:
        if later.target == event.seq:
            texts.add(getattr(later.body, "text", ""))
    return texts


def _first_titles(frame: bytes) -> set[str]:
    read = msgspec.json.decode(frame)
    told = (read.get("result") or read.get("params") or {}).get("conversations", [])
    return {each["title"] for each in told if each["title"]}


@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
@settings(max_examples=EXAMPLES["sqlite"], deadline=None, suppress_health_check=list(HealthCheck))
@given(turns=HISTORIES)
def test_the_laws_hold_for_every_history(stage: tuple[str, Stage], turns: list[list[Act]]) -> None:
    stage[1].runner.run(played(stage[1].house, turns))


@pytest.mark.parametrize("stage", ["postgresql"], indirect=True)
@settings(
    max_examples=EXAMPLES["postgresql"],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(turns=HISTORIES)
def test_the_laws_hold_on_postgresql_too(stage: tuple[str, Stage], turns: list[list[Act]]) -> None:
    stage[1].runner.run(played(stage[1].house, turns))
