"""Random histories: what several people do, at once and one after another, with everything that may go wrong.

An act is a verb, who does it, and numbers by which it picks among what there is: so every list of
acts is a history, and a shorter one is too, which is how hypothesis finds the smallest that fails.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.laws.desks import Desk, House
from yanxin.actions import conversations, members, messages, people, settings
from yanxin.actions.conversations import Wishes
from yanxin.actions.people import NewPerson
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Code, MessageBody, Role, Text
from yanxin.domain.ids import ConversationId, Seq, SessionId, UserId
from yanxin.domain.refusals import Refused
from yanxin.protocol import views

COUNT = 4
EMOJI = ("👍", "❤️", "收到")
ROLES: tuple[Role, ...] = ("owner", "admin", "member")


@dataclass(frozen=True)
class Act:
    """One thing that one person does; the numbers pick among what there is."""

    verb: str
    who: int
    a: int = 0
    b: int = 0
    c: int = 0


VERBS = {
    "says": 8,
    "says_to": 4,
    "says_again": 3,
    "edits": 4,
    "recalls": 3,
    "reacts": 4,
    "takes_back": 2,
    "reads": 6,
    "adds": 3,
    "leaves": 1,
    "removes": 2,
    "renames": 1,
    "gives_role": 2,
    "keeps": 2,
    "chooses": 1,
    "dismisses": 1,
    "opens_group": 1,
    "opens_direct": 2,
    "drops": 1,
    "connects": 2,
    "greets_again": 1,
    "waits": 1,
}
_numbers = st.integers(0, 11)
ACTS = st.builds(
    Act,
    st.sampled_from([verb for verb, times in VERBS.items() for _ in range(times)]),
    st.integers(0, COUNT - 1),
    _numbers,
    _numbers,
    _numbers,
)
HISTORIES = st.lists(st.lists(ACTS, min_size=1, max_size=4), min_size=5, max_size=20)
"""Turns; what stands in one turn is done at once."""


BEGINNING = (
    Act("opens_group", 0, a=2),
    Act("opens_direct", 0, a=1),
    Act("says", 0, c=1),
    Act("says_to", 1, b=1, c=1),
    Act("says", 1, c=1),
    Act("reacts", 1, c=1),
)


@dataclass
class Attempt:
    """A message that was sent, to be sent again."""

    who: int
    where: int
    client_id: str
    body: MessageBody
    reply_to: int | None
    answer: Any = None


@dataclass
class Play:
    """A history being played: who is there, and what has come to be."""

    house: House
    actors: list[Actor]
    desks: list[Desk]
    rooms: list[int] = field(default_factory=list)
    founders: dict[int, Actor] = field(default_factory=dict)
    reacted: list[tuple[int, ConversationId, Seq, str]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    count: int = 0

    @classmethod
    async def begins(cls, house: House) -> Play:
        """New people with a desk each, the first with two; two of them have talked in a group, so others come late."""
        name = next(house.names)
        new = [NewPerson(f"p{name}x{each}", f"P{each}", None) for each in range(COUNT)]
        ids = await house.database.write(people.add(THE_SERVER, new))
        actors = [Actor(user, SessionId(100_000 + user), False) for user in ids]
        second = Actor(ids[0], SessionId(200_000 + ids[0]), False)
        play = cls(house, actors, [Desk(house, actor) for actor in [*actors, second]])
        await asyncio.gather(*(desk.connects() for desk in play.desks))
        for act in BEGINNING:
            await play.does(act)
        return play

    def text(self) -> str:
        """A text that nobody has said before."""
        self.count += 1
        return f"\u27e6w{next(self.house.names)}x{self.count}\u27e7"

    def room(self, act: Act) -> int:
        """Mostly one that the actor is in, sometimes any, so that strangers try too."""
        desk = self.desk_of(act.who)
        mine = sorted(desk.mirror.followed) if desk is not None and act.c % 5 else []
        among = mine or self.rooms
        return among[act.a % len(among)]

    def chief(self, act: Act, actor: Actor, where: int) -> Actor:
        """Mostly the one who founded the room, who often still may do there what needs a rank."""
        return self.founders.get(where, actor) if act.c % 3 else actor

    def said(self, act: Act) -> Attempt | None:
        """A message that stands somewhere, mostly where the actor is."""
        desk = self.desk_of(act.who)
        there = desk.mirror.followed if desk is not None and act.c % 5 else self.rooms
        found = [attempt for attempt in self.attempts if attempt.answer and attempt.where in there]
        return found[-1 - act.a % len(found)] if found else None

    def desk_of(self, who: int) -> Desk | None:
        """A desk of `who` that is connected; by the second one too, where it is."""
        own = [desk for desk in self.desks if desk.actor.user == self.actors[who].user and desk.is_connected]
        return own[self.count % len(own)] if own else None

    async def does(self, act: Act) -> None:
        """Does it, or is refused, which must change nothing: the truth is counted afterwards anyway."""
        self.count += 1
        self.house.clock.passes(seconds=1)
        try:
            await getattr(self, f"_{act.verb}")(act, self.actors[act.who])
        except Refused as refusal:
            self.refusals.add(refusal.code)

    async def ends(self) -> None:
        """Everybody comes back, and all is told."""
        for desk in self.desks:
            if not desk.is_connected:
                await desk.connects()

    async def goes(self) -> None:
        for desk in self.desks:
            desk.drops()

    # Verbs.

    async def _asks(self, who: int, method: str, work: Any, **params: Any) -> Any:
        """By the socket where one is connected and the turn is even, else as REST does."""
        desk = self.desk_of(who)
        if desk is not None and self.count % 3:
            return msgspec_sent(await desk.ask(method, **params))
        return await self.house.database.write(work)

    async def _send(self, attempt: Attempt) -> None:
        actor = self.actors[attempt.who]
        where = ConversationId(attempt.where)
        reply_to = None if attempt.reply_to is None else Seq(attempt.reply_to)
        answer = await self._asks(
            attempt.who,
            "message.send",
            messages.send(actor, where, attempt.client_id, attempt.body, reply_to),
            conversation=where,
            client_id=attempt.client_id,
            body=attempt.body,
            reply_to=reply_to,
        )
        placed = (answer.seq, answer.ordinal)
        if attempt.answer not in (None, placed):
            self.wrong.append(f"{attempt.client_id} was answered {attempt.answer}, then {placed}")
        attempt.answer = placed

    async def _says(self, act: Act, actor: Actor) -> None:
        body = Code(self.text(), "python") if act.c == 11 else Text(self.text())
        reply_to = act.b + 1 if act.c % 4 == 3 else None
        attempt = Attempt(act.who, self.room(act), self.text(), body, reply_to)
        attempt.client_id = f"c{attempt.client_id[1:-1]}"
        self.attempts.append(attempt)
        await self._send(attempt)

    async def _says_to(self, act: Act, actor: Actor) -> None:
        """Speaks to some by name, or to all."""
        named = [other.user for place, other in enumerate(self.actors) if act.b >> place & 1]
        body = Text(self.text(), mentions=[int(user) for user in named], mention_all=act.b >= 10)
        attempt = Attempt(act.who, self.room(act), f"c{self.text()[1:-1]}", body, None)
        self.attempts.append(attempt)
        await self._send(attempt)

    async def _says_again(self, act: Act, actor: Actor) -> None:
        """Resends what was sent, by the same person, perhaps after leaving; or misuses its client_id."""
        mine = [attempt for attempt in self.attempts if attempt.who == act.who]
        if not mine:
            return
        attempt = mine[act.a % len(mine)]
        if act.b < 9:
            await self._send(attempt)
            return
        misused = Attempt(act.who, self.room(act), attempt.client_id, Text(self.text()), None)
        if attempt.answer is not None:
            await self._send(misused)
            self.wrong.append(f"{attempt.client_id} was taken for two things")

    async def _edits(self, act: Act, actor: Actor) -> None:
        """Its own newest message mostly, so that it often succeeds."""
        mine = [attempt for attempt in self.attempts if attempt.who == act.who and attempt.answer]
        if not mine:
            return
        said = mine[-1 - act.a % len(mine)]
        where, target, client_id = ConversationId(said.where), Seq(said.answer[0]), f"c{self.text()[1:-1]}"
        body = Text(self.text(), mentions=[int(self.actors[act.b % COUNT].user)] if act.c % 2 else [])
        await self._asks(
            act.who,
            "message.edit",
            messages.edit(actor, where, target, client_id, body),
            conversation=where,
            target=target,
            client_id=client_id,
            body=body,
        )

    async def _recalls(self, act: Act, actor: Actor) -> None:
        """One's own, or as the owner of the group anybody's."""
        one = self.said(act)
        if one is None:
            return
        where, target = ConversationId(one.where), Seq(one.answer[0])
        who = act.who if act.b % 3 == 0 else one.who
        work = messages.recall(self.actors[who], where, target)
        await self._asks(who, "message.recall", work, conversation=where, target=target)

    async def _reacts(self, act: Act, actor: Actor) -> None:
        said = self.said(act)
        if said is None:
            return
        where, target = ConversationId(said.where), Seq(said.answer[0] + (act.b == 11))
        emoji = EMOJI[act.c % len(EMOJI)]
        self.reacted.append((act.who, where, target, emoji))
        work = messages.react(actor, where, target, emoji, on=True)
        await self._asks(act.who, "reaction.set", work, conversation=where, target=target, emoji=emoji, on=True)

    async def _takes_back(self, act: Act, actor: Actor) -> None:
        """Whoever set it."""
        if not self.reacted:
            return
        who, where, target, emoji = self.reacted[-1 - act.a % len(self.reacted)]
        work = messages.react(self.actors[who], where, target, emoji, on=False)
        await self._asks(who, "reaction.set", work, conversation=where, target=target, emoji=emoji, on=False)

    async def _reads(self, act: Act, actor: Actor) -> None:
        """Sets the cursor: forth, back, to the head, beyond it."""
        where, desk = self.room(act), self.desk_of(act.who)
        if desk is None:
            return
        followed = desk.mirror.followed.get(where)
        head = followed.told.head.seq if followed else 0
        await desk.sets_cursor(where, head if act.b > 7 else act.b * (head + 1) // 7)

    async def _adds(self, act: Act, actor: Actor) -> None:
        users = [int(other.user) for place, other in enumerate(self.actors) if act.b >> place & 1]
        await self.house.database.write(members.add(actor, ConversationId(self.room(act)), users))

    async def _leaves(self, act: Act, actor: Actor) -> None:
        await self.house.database.write(members.remove(actor, ConversationId(self.room(act)), actor.user))

    async def _removes(self, act: Act, actor: Actor) -> None:
        other, where = self.actors[act.b % COUNT].user, self.room(act)
        await self.house.database.write(members.remove(self.chief(act, actor, where), ConversationId(where), other))

    async def _renames(self, act: Act, actor: Actor) -> None:
        where = self.room(act)
        work = conversations.rename(self.chief(act, actor, where), ConversationId(where), self.text())
        await self.house.database.write(work)

    async def _gives_role(self, act: Act, actor: Actor) -> None:
        other, role = self.actors[act.b % COUNT].user, ROLES[(act.a + act.c) % len(ROLES)]
        where = self.room(act)
        work = members.set_role(self.chief(act, actor, where), ConversationId(where), other, role)
        await self.house.database.write(work)

    async def _keeps(self, act: Act, actor: Actor) -> None:
        wish = ("muted", "pinned", "hidden", "unread_mark")[act.b % 4]
        wishes = Wishes(**{wish: act.c % 2 == 0})
        await self.house.database.write(conversations.keep(actor, ConversationId(self.room(act)), wishes))

    async def _chooses(self, act: Act, actor: Actor) -> None:
        wanted = views.Settings(theme="dark" if act.a % 2 else "light", show_typing=act.b % 2 == 0)
        await self.house.database.write(settings.choose(actor, wanted))

    async def _dismisses(self, act: Act, actor: Actor) -> None:
        where = self.room(act)
        await self.house.database.write(conversations.dismiss(self.chief(act, actor, where), ConversationId(where)))

    async def _opens_group(self, act: Act, actor: Actor) -> None:
        others = [int(other.user) for place, other in enumerate(self.actors) if act.a >> place & 1]
        title = self.text() if act.b % 2 else None
        opened = await self.house.database.write(conversations.open_group(actor, others, title))
        self.rooms.append(opened.id)
        self.founders[opened.id] = actor

    async def _opens_direct(self, act: Act, actor: Actor) -> None:
        other = int(self.actors[act.a % COUNT].user)
        opened = await self.house.database.write(conversations.open_direct(actor, [other]))
        if opened.id not in self.rooms:
            self.rooms.append(opened.id)

    async def _drops(self, act: Act, actor: Actor) -> None:
        desk = self.desk_of(act.who)
        if desk is not None and not desk.is_busy:
            desk.drops()

    async def _connects(self, act: Act, actor: Actor) -> None:
        for desk in self.desks:
            if desk.actor.user == actor.user and not desk.is_connected:
                await desk.connects()
                return

    async def _greets_again(self, act: Act, actor: Actor) -> None:
        desk = self.desk_of(act.who)
        if desk is not None:
            await desk.hello()

    async def _waits(self, act: Act, actor: Actor) -> None:
        """Long enough that nothing can be recalled but by an owner."""
        self.house.clock.passes(minutes=3)


def msgspec_sent(answer: Any) -> Any:
    """The answer to a send, as the works give it."""
    return messages.Placed(answer["seq"], answer["ordinal"], UserId(0))  # type: ignore[arg-type]
