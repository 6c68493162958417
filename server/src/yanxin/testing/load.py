"""Many people who talk at once and remember everything they are told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Self, TypeVar

from yanxin.client import Refused, YanxinError
from yanxin.client.client import new_client_id
from yanxin.testing.checker import Acknowledged, Claim, Record, Witness, violations
from yanxin.testing.office import Office, Person

T = TypeVar("T")

PATIENCE_SECONDS = 60.0


class Talker:
    """Somebody who says one thing after the other, in one conversation or another, and is its witness."""

    def __init__(self, person: Person, places: list[int], luck: random.Random) -> None:
        self.person = person
        self.places = places
        self.complaints: list[str] = []
        self._luck = luck
        self._witness = Witness(person.id, {place: person.device.heads[place] for place in places})

    async def talks(self, is_over: Callable[[], bool], acknowledged: Callable[[], None]) -> None:
        """Says, reads, reacts and edits until it is over, one thing at a time; complains of what goes wrong."""
        device, number = self.person.device, 0
        try:
            while not is_over():
                number += 1
                where = self._luck.choice(self.places)
                text = f"no. {number} by {self.person.name} in {where}"
                client_id = new_client_id()
                sent = await _surely(partial(device.send, where, text, client_id=client_id))
                self._witness.acknowledged.append(Acknowledged(where, client_id, text, sent.seq, sent.ordinal))
                acknowledged()
                # Not only messages: places and ordinals must differ, and a cursor must stand somewhere.
                match number % 7:
                    case 2:
                        await self._goes_on(partial(device.set_cursor, where, sent.seq))
                    case 4:
                        await self._goes_on(partial(device.react, where, sent.seq, "👍"))
                    case 6:
                        edit = partial(device.edit, where, sent.seq, text + "!", client_id=new_client_id())
                        await self._goes_on(edit)
        except YanxinError as error:
            self.complaints.append(f"{self.person} had to stop: {error!r}")

    async def _goes_on(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Does something with what was acknowledged."""
        try:
            await _surely(ask)
        except Refused as refusal:
            self.complaints.append(f"{self.person} was refused something with what was acknowledged: {refusal!r}")

    def witness(self) -> Witness:
        """What this person was told until now."""
        self._witness.received = {}
        for event in self.person.heard:
            self._witness.heard(event)
        counts = self.person.device.counts
        self._witness.holes_pushed, self._witness.doubles_pushed = counts.holes_pushed, counts.doubles_pushed
        return self._witness


async def _surely(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks until it is answered with more than "not now": a database that was killed comes back."""
    while True:
        try:
            return await ask()
        except Refused as refusal:
            if refusal.status < 500:
                raise
            await asyncio.sleep(0.1)


class Load:
    """An office in which everybody talks in groups of their own choosing."""

    def __init__(self, talkers: list[Talker], places: list[int]) -> None:
        self.talkers = talkers
        self.places = places
        self.acknowledged = 0
        self._is_over = False
        self._changed = asyncio.Event()
        self._talking: list[asyncio.Task[None]] = []

    @classmethod
    async def gathered(cls, office: Office, people: int, groups: int, *, seed: int) -> Load:
        """`people`, all online, in `groups`: everybody in one, and in some others by chance."""
        luck = random.Random(seed)
        everybody = await office.people(*(f"p{number}" for number in range(people)), online=False)
        places: dict[int, list[Person]] = {}
        for number in range(groups):
            members = [*everybody[number::groups], *luck.sample(everybody, people // 8 + 1)]
            founder, *others = dict.fromkeys(members)
            where = await founder.founds(f"group {number}", *others)
            places[where] = [founder, *others]
        await asyncio.gather(*(person.connects() for person in everybody))
        talkers = [
            Talker(
                person, [where for where, members in places.items() if person in members], random.Random(luck.random())
            )
            for person in everybody
        ]
        return cls(talkers, list(places))

    async def __aenter__(self) -> Self:
        """Everybody begins to talk."""
        for talker in self.talkers:
            self._talking.append(asyncio.create_task(talker.talks(lambda: self._is_over, self._count)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    def _count(self) -> None:
        self.acknowledged += 1
        self._changed.set()

    async def goes_on(self, more: int) -> None:
        """Waits until everybody is connected and so many more messages are acknowledged."""
        enough = self.acknowledged + more
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(talker.person.device.connected() for talker in self.talkers))
            while self.acknowledged < enough:
                self._changed.clear()
                await self._changed.wait()

    async def falls_silent(self) -> None:
        """Everybody gets an answer to the last thing said, and says no more."""
        self._is_over = True
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*self._talking)

    async def verdict(self, patience_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """The broken promises, when everybody has had `patience_seconds` to hear of everything."""
        record = await self._record()
        heads = {where: len(log) for where, log in record.logs.items()}
        found = []
        try:
            async with asyncio.timeout(patience_seconds):
                for talker in self.talkers:
                    await talker.person.holds({where: heads[where] for where in talker.places})
        except TimeoutError:
            found.append(f"not everybody has heard everything after {patience_seconds:.0f} s")
        for talker in self.talkers:
            found += talker.complaints
            if talker.person.ended is not None:
                found.append(f"{talker.person} was cut off: {talker.person.ended!r}")
        return found + violations([talker.witness() for talker in self.talkers], record)

    async def _record(self) -> Record:
        record = Record()
        for where in self.places:
            insider = next(talker for talker in self.talkers if where in talker.places)
            record.logs[where] = await insider.person.log(where)
        for talker in self.talkers:
            for told in await talker.person.rest.conversations():
                record.claims.append(Claim(talker.person.id, told.id, told.cursor.seq, told.unread))
        return record
