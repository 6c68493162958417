"""Screenplays: what was said, as text that a person can write, and its performance by people of a group.

A file holds scenes. A scene begins with `== TAG … | WHEN`; the tags say where it may be played, the optional
WHEN at which time. Then come lines, in order:

    A: words                    somebody says this; further lines of it are indented by two
    zhoumingyuan>2: words       a person by username; quotes the second message of the scene
    B(python):                  source code, in the indented lines
    + 👍3 🎉                    three people and one react to the message before
    ~ words                     the message before is edited into this
    x                           the message before is recalled
    ...                         a longer pause
    ! rename 标题 | ! invite X  the group is renamed; somebody is brought in
    # words                     a remark to the reader

A to F are people of the group, others in each performance. In the words `@A`, `@username` and `@all` are
mentions, and between « and » stand a name («A»), a word of a list («drive»), a number («3-9»), or a number
that stays the same throughout the scene («n:3-9», then «n»).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "drive": ("LC-S3-400", "LC-S3-750", "LC-S3-1K5", "LC-D7-2K0", "LC-D7-3K5", "LC-H2-50", "海燕 4 轴", "海燕 6 轴"),
    "line": ("一号线", "二号线", "三号线", "总装线", "老化线"),
    "weekday": ("周一", "周二", "周三", "周四", "周五"),
    "room": ("3 楼「青松」会议室", "3 楼「白杨」会议室", "2 楼「胡杨」会议室", "5 楼「银杏」会议室"),
    "ok": ("全绿", "通过", "通过，无告警"),
}

_SPEECH: Final = re.compile(r"([A-F]|[a-z]+)(?:>(\d+))?(?:\(([a-z+]+)\))?: ?(.*)")
_REACTION: Final = re.compile(r"(\D+)(\d*)")
_SLOT: Final = re.compile(r"«([^»]+)»")
_RANGE: Final = re.compile(r"(?:(\w+):)?(\d+)-(\d+)")
_MENTION: Final = re.compile(r"@(all\b|[A-F]\b|[a-z]{4,}\b)")


@dataclass(frozen=True)
class Say:
    """Somebody says `text`; source code where `language` is told. `quotes` is the index of a message of the scene."""

    who: str
    text: str
    language: str | None = None
    quotes: int | None = None
    mentions: tuple[str, ...] = ()
    mention_all: bool = False


@dataclass(frozen=True)
class Edit:
    """The message before is edited into `text`."""

    text: str


@dataclass(frozen=True)
class Recall:
    """The message before is recalled."""


@dataclass(frozen=True)
class React:
    """`count` people set `emoji` on the message before."""

    emoji: str
    count: int


@dataclass(frozen=True)
class Rename:
    """The group gets another title."""

    title: str


@dataclass(frozen=True)
class Invite:
    """Somebody is brought into the group."""

    who: str


@dataclass(frozen=True)
class Pause:
    """Nobody says anything for a while."""


Line = Say | Edit | Recall | React | Rename | Invite | Pause


@dataclass(frozen=True)
class Scene:
    """A piece of talk: where and when it may be played, and its lines in order."""

    tags: frozenset[str]
    when: str = ""
    lines: tuple[Line, ...] = ()

    @property
    def length(self) -> int:
        """How many messages are said in it."""
        return sum(isinstance(line, Say) for line in self.lines)

    @property
    def named(self) -> frozenset[str]:
        """The usernames of those who speak in it, or are spoken to, by name."""
        said = [line for line in self.lines if isinstance(line, Say)]
        spoken_to = {found for line in said for found in _MENTION.findall(line.text) if found.islower()} - {"all"}
        return frozenset({line.who for line in said if len(line.who) > 1} | spoken_to)

    @property
    def letters(self) -> list[str]:
        """The parts that anybody may play."""
        return sorted({line.who for line in self.lines if isinstance(line, Say) and len(line.who) == 1})


def scenes() -> list[Scene]:
    """All scenes of the package, in a fixed order."""
    folder = files(__package__) / "scenes"
    texts = sorted((each for each in folder.iterdir() if each.name.endswith(".txt")), key=lambda each: each.name)
    return [scene for each in texts for scene in parsed(each.read_text("utf-8"))]


def parsed(text: str) -> Iterator[Scene]:
    """The scenes of `text`. Raises ValueError with the line that cannot be read."""
    head: tuple[frozenset[str], str] | None = None
    lines: list[Line] = []
    for block in _blocks(text):
        if block[0].startswith("== "):
            if head is not None:
                yield Scene(*head, tuple(lines))
            tags, _, when = block[0][3:].partition("|")
            head, lines = (frozenset(tags.split()), when.strip()), []
        elif head is None:
            raise ValueError(f"before the first scene: {block[0]!r}")
        else:
            lines += _lines(block)
    if head is not None:
        yield Scene(*head, tuple(lines))


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines with the indented ones that belong to them; remarks left out, and empty lines except between these."""
    block: list[str] = []
    empty = 0
    for line in text.splitlines():
        if not line.strip():
            empty += 1
        elif line.startswith("  ") and block:
            block += [""] * empty + [line[2:]]
            empty = 0
        else:
            if block:
                yield block
            block, empty = ([] if line.startswith("#") else [line]), 0
    if block:
        yield block


def _lines(block: list[str]) -> Iterator[Line]:
    first, rest = block[0], "\n".join(block[1:])
    if first == "...":
        yield Pause()
    elif first == "x":
        yield Recall()
    elif first.startswith("+ "):
        for word in first[2:].split():
            found = _REACTION.fullmatch(word)
            if found is None:
                raise ValueError(f"no reaction: {word!r}")
            yield React(found[1], int(found[2] or 1))
    elif first.startswith("~ "):
        yield Edit(_joined(first[2:], rest))
    elif first.startswith("! rename "):
        yield Rename(first[9:])
    elif first.startswith("! invite "):
        yield Invite(first[9:])
    elif found := _SPEECH.fullmatch(first):
        who, quotes, language, words = found.groups()
        yield Say(who, _joined(words, rest), language, None if quotes is None else int(quotes) - 1)
    else:
        raise ValueError(f"no line of a screenplay: {first!r}")


def _joined(first: str, rest: str) -> str:
    return "\n".join(filter(None, (first, rest)))


@dataclass
class Performance:
    """One performance of scenes: who plays the letters, and the numbers and words drawn so far."""

    parts: Mapping[str, str]
    """Letter or username → username."""
    names: Mapping[str, str]
    """Username → display name."""
    rng: random.Random
    drawn: dict[str, str] = field(default_factory=dict)

    def of(self, scene: Scene) -> list[Line]:
        """The lines as they are spoken, with usernames for letters."""
        return [self._line(line) for line in scene.lines]

    def _line(self, line: Line) -> Line:
        match line:
            case Say():
                words = self._filled(line.text)
                who = self.parts.get(line.who, line.who)
                if line.language is not None:
                    return Say(who, words, line.language, line.quotes)
                mentions: list[str] = []
                text = _MENTION.sub(self._mention(mentions), words)
                people = tuple(dict.fromkeys(each for each in mentions if each != "all"))
                return Say(who, text, None, line.quotes, people, "all" in mentions)
            case Edit():
                return Edit(_MENTION.sub(self._mention([]), self._filled(line.text)))
            case _:
                return line

    def _mention(self, mentions: list[str]) -> Callable[[re.Match[str]], str]:
        def shown(found: re.Match[str]) -> str:
            if found[1] == "all":
                mentions.append("all")
                return "@所有人"
            who = self.parts.get(found[1], found[1])
            mentions.append(who)
            return f"@{self.names[who]}"

        return shown

    def _filled(self, text: str) -> str:
        return _SLOT.sub(lambda found: self._slot(found[1]), text)

    def _slot(self, name: str) -> str:
        if name in self.drawn:
            return self.drawn[name]
        if found := _RANGE.fullmatch(name):
            number = str(self.rng.randint(int(found[2]), int(found[3])))
            if found[1]:
                self.drawn[found[1]] = number
            return number
        if name in self.parts:
            return self.names[self.parts[name]]
        # A word stays the same within a scene: people speak of one drive, one day, one room.
        self.drawn[name] = self.rng.choice(WORDS[name])
        return self.drawn[name]


def cast(scene: Scene, people: Sequence[str], rng: random.Random) -> dict[str, str]:
    """Who of `people` (usernames) plays which letter of `scene`; those who are named in it play themselves."""
    free = [each for each in people if each not in scene.named]
    return dict(zip(scene.letters, rng.sample(free, len(scene.letters)), strict=True))
