"""A reader that is slow, or has stopped, costs the server no memory and loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.faults.sabotage import sabotaged
from yanxin.testing import office as offices
from yanxin.testing.checker import Acknowledged, Record, Witness, violations
from yanxin.testing.office import Person
from yanxin.testing.servers import Server
from yanxin.testing.wires import Wire

STOPPED = 10
MESSAGES, MESSAGE_BYTES, AT_ONCE = 6_000, 4_000, 50
SLOW_BYTES_PER_SECOND = 1_000_000
MOST_GROWTH_BYTES = 80 * 1024 * 1024
"""What was pushed past the stopped readers is three times as much."""


@dataclass
class Outcome:
    """How the day went."""

    growth_bytes: int
    laggings: list[int]
    violations: list[str]


async def a_day(server: Server, *, ends_well: bool) -> Outcome:
    """One person says much to a slow one, to some that have stopped, and to one that keeps up."""
    server.set_up()
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(offices.opened(server))
        speaker, brisk, slow, *stopped = await office.people(
            "speaker", "brisk", "slow", *(f"stopped{number}" for number in range(STOPPED)), online=False
        )
        hearers = [brisk, slow, *stopped]
        where = await speaker.founds("much", *hearers)
        slow_wire = await stack.enter_async_context(Wire(server.url, SLOW_BYTES_PER_SECOND))
        stopped_wire = await stack.enter_async_context(Wire(server.url))
        await speaker.connects()
        await brisk.connects()
        await slow.connects(via=slow_wire.url)
        for person in stopped:
            await person.connects(via=stopped_wire.url)
        witnesses = {person: Witness(person.id, dict(person.held)) for person in hearers}
        witnesses[speaker] = Witness(speaker.id, dict(speaker.held))

        stopped_wire.stop()
        before = server.memory_bytes()
        await say_much(speaker, where, witnesses[speaker])
        head = max(ack.seq for ack in witnesses[speaker].acknowledged)
        async with asyncio.timeout(60):
            await brisk.holds({where: head})
        growth = server.memory_bytes() - before
        if not ends_well:
            await stopped_wire.cut()
            return Outcome(growth, [], [])

        stopped_wire.flow()
        slow_wire.bytes_per_second = None
        async with asyncio.timeout(120):
            for person in [speaker, *hearers]:
                await person.holds({where: head})
        for person, witness in witnesses.items():
            for event in person.heard:
                witness.heard(event)
            witness.holes_pushed = person.device.counts.holes_pushed
            witness.doubles_pushed = person.device.counts.doubles_pushed
        log = await speaker.log(where)
        laggings = [person.device.counts.laggings for person in [slow, *stopped]]
        return Outcome(growth, laggings, violations(list(witnesses.values()), Record({where: log})))


async def say_much(speaker: Person, where: int, witness: Witness) -> None:
    text = "很多话" * (MESSAGE_BYTES // 9)

    async def says(first: int) -> None:
        for number in range(first, MESSAGES, AT_ONCE):
            client_id = f"much-{number}"
            sent = await speaker.device.send(where, text, client_id=client_id)
            witness.acknowledged.append(Acknowledged(where, client_id, text, sent.seq, sent.ordinal))

    await asyncio.gather(*map(says, range(AT_ONCE)))


async def test_slow_and_stopped_readers_cost_no_memory_and_lose_nothing(new_server: Callable[..., Server]) -> None:
    with new_server() as server:
        outcome = await a_day(server, ends_well=True)
    assert outcome.violations == []
    assert outcome.growth_bytes < MOST_GROWTH_BYTES
    assert all(outcome.laggings), "everybody who did not keep up was told so"


async def test_a_server_that_holds_everything_for_a_stopped_reader_is_caught(
    new_server: Callable[..., Server],
) -> None:
    """The measurement can fail: without back-pressure the same day goes over the limit."""
    with new_server(program=sabotaged("never_lags")) as server:
        outcome = await a_day(server, ends_well=False)
    assert outcome.growth_bytes > MOST_GROWTH_BYTES
