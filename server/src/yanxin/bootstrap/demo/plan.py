"""The plan: every conversation of the demo with its members and what happens there, when. Plain values, no clock."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from yanxin.bootstrap.demo import company, schedule
from yanxin.bootstrap.demo.company import VISITOR, Person
from yanxin.bootstrap.demo.groups import DIRECTS, GROUPS, OTHER_PAIRS, SCENES_OF_A_PAIR, Direct, Group
from yanxin.bootstrap.demo.schedule import Day
from yanxin.bootstrap.demo.screenplay import (
    Edit,
    Invite,
    Line,
    Pause,
    Performance,
    React,
    Recall,
    Rename,
    Say,
    Scene,
    cast,
    scenes,
)
from yanxin.domain.ids import Millis

SEED: Final = 20261124
_TALKERS: Final = 12
"""In any group a few do most of the talking."""
_VISITOR_TALKS: Final = 0.45


@dataclass(frozen=True)
class Act:
    """Something that `who` does at a moment. `about` is the index, in the conversation, of the message it speaks of."""

    at: Millis
    who: str
    line: Line
    about: int | None = None


@dataclass(frozen=True)
class Read:
    """How far somebody has read: all but the last `behind` messages, `after_ms` after the newest of those came."""

    who: str
    behind: int
    after_ms: int


@dataclass
class Talk:
    """A conversation: a group where it has a title, else a direct one. Its owner or opener stands first."""

    title: str | None
    members: list[str]
    opened_at: Millis
    acts: list[Act] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    unread: int = 0
    pinned: bool = False
    muted: bool = False
    marked: bool = False
    admin: str | None = None


def talks(people: Sequence[Person], now: Millis) -> list[Talk]:
    """All conversations of the demo as they stand at `now`. The same `now` gives the same plan."""
    return _Planner(people, now).talks()


class _Planner:
    def __init__(self, people: Sequence[Person], now: Millis) -> None:
        self._rng = random.Random(SEED)
        self._people = people
        self._names = {person.username: person.display_name for person in people}
        self._now = now
        self._days = schedule.working_days(now)
        self._scenes = scenes()
        self._played: Counter[Scene] = Counter()
        self._seen: set[Scene] = set()
        """What the visitor has seen in another group."""

    def talks(self) -> list[Talk]:
        made = [self._group(group) for group in GROUPS]
        made += [self._direct(direct) for direct in DIRECTS]
        made += self._others()
        for talk in made:
            talk.reads = list(self._reads(talk))
        return made

    # Groups.

    def _group(self, group: Group) -> Talk:
        members = self._members(group)
        named = group.named.split()
        talk = Talk(
            group.title,
            members,
            self._opening(),
            unread=group.unread,
            pinned=group.pinned,
            muted=group.muted,
            admin=named[1] if len(named) > 1 else None,
        )
        anybody = [each for each in members if each != company.ADMIN]
        talkers = named + self._rng.sample(anybody, min(_TALKERS, len(anybody)))
        # The administrator keeps silent and in the all-staff group anybody may be heard.
        talkers = [each for each in dict.fromkeys(anybody if group.everybody else talkers) if each != company.ADMIN]
        played = [(scene, self._cast(scene, talkers, group)) for scene in self._choose(group, members)]
        talk.acts = list(self._timed(talk, played))
        return talk

    def _members(self, group: Group) -> list[str]:
        named = group.named.split()
        if group.everybody:
            return named + [person.username for person in self._people if person.username not in named]
        own = [person.username for person in self._people if person.department in group.departments]
        mixed = [person.username for person in self._people if person.department in group.mixed]
        cast_names = {person.username for person in company.CAST}
        free = [each for each in mixed if each not in named and each not in cast_names]
        return list(dict.fromkeys(named + own + self._rng.sample(free, group.others)))

    def _choose(self, group: Group, members: Sequence[str]) -> list[Scene]:
        """As many scenes as make about the wished number of messages, the least played first, none twice."""
        is_seen = VISITOR in members
        tags = set(group.tags.split())
        fitting = [scene for scene in self._scenes if scene.tags & tags and scene.named <= set(members)]
        if is_seen:
            fitting = [scene for scene in fitting if scene not in self._seen]
        fitting = [scene for scene in fitting if len(scene.letters) < len(members)]
        self._rng.shuffle(fitting)
        # The beginning and the end first; then what has few other places to be played at.
        fitting.sort(key=lambda scene: (scene.when not in ("first", "last"), self._played[scene], len(scene.tags)))
        chosen: list[Scene] = []
        length = 0
        for scene in fitting:
            if length >= group.messages:
                break
            if scene.when in ("first", "last") and any(other.when == scene.when for other in chosen):
                continue
            chosen.append(scene)
            length += scene.length
        self._played.update(chosen)
        if is_seen:
            self._seen |= set(chosen)
        return chosen

    def _cast(self, scene: Scene, talkers: Sequence[str], group: Group) -> dict[str, str]:
        others = [each for each in talkers if each != VISITOR]
        may = VISITOR in talkers and VISITOR not in scene.named and scene.when != "last" and not group.everybody
        parts = cast(scene, others, self._rng)
        if may and parts and self._rng.random() < _VISITOR_TALKS:
            parts[self._rng.choice(list(parts))] = VISITOR
        return parts

    # Direct talks.

    def _direct(self, direct: Direct) -> Talk:
        talk = Talk(
            None,
            list(dict.fromkeys((VISITOR, direct.peer))),
            self._opening(),
            unread=direct.unread,
            pinned=direct.pinned,
            marked=direct.marked,
        )
        mine = [scene for scene in self._scenes if f"direct:{direct.peer}" in scene.tags]
        talk.acts = list(self._timed(talk, [(scene, {}) for scene in mine]))
        return talk

    def _others(self) -> Iterator[Talk]:
        """Pairs of colleagues in one department, and the administrator with the one who runs the machines."""
        pairs = {(company.ADMIN, "lvqing")}
        by_department: dict[str, list[str]] = {}
        for person in self._people:
            if person.username not in (VISITOR, company.ADMIN):
                by_department.setdefault(person.department, []).append(person.username)
        while len(pairs) < OTHER_PAIRS:
            at = self._rng.choice(sorted(by_department))
            one, other = self._rng.sample(by_department[at], 2)
            if (other, one) not in pairs:
                pairs.add((one, other))
        generic = [scene for scene in self._scenes if "direct" in scene.tags]
        for pair in sorted(pairs):
            talk = Talk(None, list(pair), self._opening())
            played = []
            for scene in self._rng.sample(generic, SCENES_OF_A_PAIR):
                played.append((scene, dict(zip("AB", self._rng.sample(pair, 2), strict=True))))
            talk.acts = list(self._timed(talk, played))
            yield talk

    # Time.

    def _opening(self) -> Millis:
        return Millis(self._days[0].opens + self._rng.randrange(240_000))

    def _timed(self, talk: Talk, played: Sequence[tuple[Scene, dict[str, str]]]) -> Iterator[Act]:
        """The acts of scenes one after another, each within its day, with rising moments."""
        members = list(talk.members)
        wishes = []
        for index, (scene, parts) in enumerate(played):
            day, moment = schedule.wish(self._rng, self._days, scene.when)
            # Whatever else the last day holds comes before what is said last.
            wishes.append((scene.when == "last", moment, index, day, scene, parts))
        end = Millis(talk.opened_at + 60_000)
        said = 0
        for _, moment, _, day, scene, parts in sorted(wishes, key=lambda wish: wish[:3]):
            lines = Performance(parts, self._names, self._rng).of(scene)
            steps = list(self._steps(lines, members, scene))
            start, pace = _fitted(moment, sum(delay for delay, _, _ in steps), end, day, len(steps))
            at = start
            first_said = said
            for delay, who, line in steps:
                at = Millis(at + max(1_000, int(delay * pace)))
                about: int | None = said - 1
                if isinstance(line, Say):
                    about = None if line.quotes is None else first_said + line.quotes
                    said += 1
                yield Act(at, who, line, about)
            end = at

    def _steps(self, lines: Sequence[Line], members: list[str], scene: Scene) -> Iterator[tuple[int, str, Line]]:
        """Each thing that happens: how many milliseconds after the one before, by whom, what."""
        rng = self._rng
        pause = 0
        speaker = members[0]
        for index, line in enumerate(lines):
            match line:
                case Say():
                    # To read, to think and to type: about five characters a second.
                    thinking = rng.uniform(3, 9) if line.who == speaker and index else rng.uniform(6, 45)
                    delay = pause + int(1000 * (thinking + min(120, len(line.text) * rng.uniform(0.12, 0.3))))
                    speaker, pause = line.who, 0
                    yield delay, speaker, line
                case Edit() | Recall():
                    yield int(1000 * rng.uniform(12, 50)), speaker, line
                case React():
                    others = [each for each in members if each != speaker and each != company.ADMIN]
                    if scene.when == "last":
                        others = [each for each in others if each != VISITOR]
                    for who in rng.sample(others, min(line.count, len(others))):
                        yield int(1000 * rng.uniform(1, 9)), who, line
                case Rename():
                    yield int(1000 * rng.uniform(10, 30)), members[0], line
                case Invite():
                    yield int(1000 * rng.uniform(10, 30)), members[0], line
                    members.append(line.who)
                case Pause():
                    pause = int(60_000 * rng.uniform(9, 40))

    # Reading.

    def _reads(self, talk: Talk) -> Iterator[Read]:
        said = [index for index, act in enumerate(talk.acts) if isinstance(act.line, Say)]
        if not said:
            return
        for who in talk.members:
            if who == VISITOR:
                continue
            draw = self._rng.random()
            behind = 0 if draw < 0.8 else self._rng.randint(1, 6) if draw < 0.94 else self._rng.randint(7, 25)
            if talk.title is None and draw < 0.95:
                behind = 0
            yield Read(who, min(behind, len(said)), int(1000 * self._rng.uniform(4, 1_500)))
        if VISITOR in talk.members:
            yield Read(VISITOR, talk.unread, int(1000 * self._rng.uniform(4, 300)))


def _fitted(moment: Millis, length: int, end: Millis, day: Day, steps: int) -> tuple[Millis, float]:
    """When a scene of `length` milliseconds begins, and how much faster it goes, to follow `end` and stay in its day."""
    start = max(moment, end + 180_000)
    if start + length <= day.closes:
        return Millis(start), 1.0
    start = max(end + 20_000, day.closes - length)
    room = day.closes - start
    return Millis(start), max(0.0, min(1.0, room / max(1, length + 1_000 * steps)))
