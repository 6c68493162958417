"""Frames split by us and parsed by the library: what arrives is what was sent, however it was cut on the way.

The other end is the library's own client, which frames and masks by itself.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Opcode

from tests.protocol.wires import MOST_BYTES, Ends, chunks, ends
from yanxin.gateway.splitting import Splitter

MASK = b"\x01\x02\x03\x04"

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from([0, 1, 125, 126, 127, MOST_BYTES - 1, MOST_BYTES]).map(lambda size: "x" * size),
).map(str.encode)
# The library counts a ping that comes between parts as one of them, so that there is room left for it.
parts = st.lists(texts, min_size=2, max_size=4).filter(lambda each: sum(map(len, each)) <= MOST_BYTES - 125)
control = st.sampled_from(["ping", "pong"])
said = st.lists(st.one_of(texts, st.tuples(parts, st.booleans()), control), max_size=8)
cuts = st.lists(st.integers(0, 10_000), max_size=12)


def frame(first: int, payload: bytes, *, is_masked: bool = True, claims: int | None = None) -> bytes:
    """A frame as anybody might write it: any first byte, masked or not, with a length that it only claims."""
    size = len(payload) if claims is None else claims
    bit = 0x80 if is_masked else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 65_536:
        head = bytes((first, bit | 126)) + struct.pack(">H", size)
    else:
        head = bytes((first, bit | 127)) + struct.pack(">Q", size)
    if not is_masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))


def on_a_wire(script: Callable[[Ends], Awaitable[None] | None]) -> None:
    """Runs `script` with both ends of a new wire."""

    async def run() -> None:
        async with ends() as made:
            if (waits := script(made)) is not None:
                await waits

    asyncio.run(run())


def written(client: ClientProtocol, messages: list[Any]) -> tuple[bytes, list[bytes], int]:
    """What a client writes to say `messages`: the bytes, the texts to arrive, and how many pings are among them."""
    texts_said, pings = [], 0
    for message in messages:
        if message == "ping":
            client.send_ping(b"p")
            pings += 1
        elif message == "pong":
            client.send_pong(b"p")
        elif isinstance(message, bytes):
            client.send_text(message)
            texts_said.append(message)
        else:
            pieces, has_ping_between = message
            client.send_text(pieces[0], fin=False)
            for place, piece in enumerate(pieces[1:], 2):
                if has_ping_between:
                    client.send_ping(b"between")
                    pings += 1
                client.send_continuation(piece, fin=place == len(pieces))
            texts_said.append(b"".join(pieces))
    return b"".join(client.data_to_send()), texts_said, pings


@given(said, cuts)
def test_what_arrives_is_what_was_sent_however_it_was_cut(messages: list[Any], places: list[int]) -> None:
    """Whole texts, texts in parts, and control frames between them and between the parts."""

    def script(wire: Ends) -> None:
        data, expected, pings = written(wire.client, messages)
        wire.sends(data, places)
        assert wire.texts == expected
        assert [answer.opcode for answer in wire.answers()] == [Opcode.PONG] * pings
        assert wire.held_bytes() == 0
        assert not wire.line.is_closed

    on_a_wire(script)


@given(said, cuts, st.sets(st.integers(0, 12)))
def test_while_the_wire_is_busy_what_comes_waits_and_keeps_its_order(
    messages: list[Any], places: list[int], busy: set[int]
) -> None:
    """What was on its way when reading was paused is not lost, and a text never overtakes another."""

    async def script(wire: Ends) -> None:
        data, expected, pings = written(wire.client, messages)
        for number, chunk in enumerate(chunks(data, places)):
            if number in busy:
                wire.wire.busy(True)
                before = list(wire.texts)
                wire.wire.data_received(chunk)
                assert not wire.line.reads.is_set()
                assert wire.texts == before
                wire.wire.busy(False)
            else:
                wire.wire.data_received(chunk)
        await wire.line.reads.wait()
        assert wire.texts == expected
        assert [answer.opcode for answer in wire.answers()] == [Opcode.PONG] * pings

    on_a_wire(script)


@given(texts, st.integers(0, 20))
def test_half_a_frame_is_waited_for(text: bytes, missing: int) -> None:
    def script(wire: Ends) -> None:
        wire.client.send_text(text)
        (data,) = [b"".join(wire.client.data_to_send())]
        kept = max(0, len(data) - 1 - missing)
        wire.wire.data_received(data[:kept])
        assert wire.texts == []
        assert wire.held_bytes() == kept
        wire.wire.data_received(data[kept:])
        assert wire.texts == [text]

    on_a_wire(script)


BEFORE = frame(0x81, b"before")
AFTER = frame(0x81, b"after")

HOSTILE: dict[str, tuple[bytes, int]] = {
    "unmasked": (frame(0x81, b"hi", is_masked=False), 1002),
    "unmasked and empty": (frame(0x81, b"", is_masked=False), 1002),
    "unmasked ping": (frame(0x89, b"hi", is_masked=False), 1002),
    "RSV1, which would be compression": (frame(0xC1, b"hi"), 1002),
    "RSV2": (frame(0xA1, b"hi"), 1002),
    "RSV3": (frame(0x91, b"hi"), 1002),
    "RSV1 on a part": (frame(0x01, b"a") + frame(0xC0, b"b"), 1002),
    "an opcode of nobody": (frame(0x83, b"hi"), 1002),
    "a control opcode of nobody": (frame(0x8B, b"hi"), 1002),
    "a part of nothing": (frame(0x80, b"hi"), 1002),
    "a text among the parts of another": (frame(0x01, b"a") + frame(0x81, b"b"), 1002),
    "a binary among the parts of a text": (frame(0x01, b"a") + frame(0x82, b"b"), 1002),
    "a ping in parts": (frame(0x09, b"a"), 1002),
    "a ping of 126": (frame(0x89, b"x" * 126), 1002),
    "a close of 1 byte": (frame(0x88, b"x"), 1002),
    "a close with a code of nobody": (frame(0x88, struct.pack(">H", 1005)), 1002),
    "binary": (frame(0x82, b"hi"), 1003),
    "binary and empty": (frame(0x82, b""), 1003),
    "binary in parts": (frame(0x02, b"a") + frame(0x80, b"b"), 1003),
    "no UTF-8": (frame(0x81, b"\xff\xfe"), 1007),
    "a surrogate": (frame(0x81, b"\xed\xa0\x80"), 1007),
    "half a character": (frame(0x81, "雁".encode()[:2]), 1007),
    "no UTF-8 in parts": (frame(0x01, b"\xc3") + frame(0x80, b"\x28"), 1007),
    "a close whose reason is no UTF-8": (frame(0x88, struct.pack(">H", 1000) + b"\xff"), 1007),
    "one byte too many": (frame(0x81, b"x" * (MOST_BYTES + 1)), 1009),
    "a length that is a lie, and no more": (frame(0x81, b"", claims=2**40), 1009),
    "the largest length there is": (frame(0x81, b"", claims=2**64 - 1), 1009),
    "a binary too large": (frame(0x82, b"", claims=MOST_BYTES + 1), 1009),
    "a part too large": (frame(0x01, b"a") + frame(0x80, b"x" * MOST_BYTES), 1009),
    "parts that are too large together": (frame(0x01, b"x" * 600) + frame(0x00, b"x" * 600), 1009),
    "a ping that claims a gigabyte": (frame(0x89, b"", claims=2**30), 1009),
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_a_hostile_frame_closes_the_socket_with_its_code(what: str, step: int) -> None:
    """At once, however it comes; what came before is handed over, what comes after is not."""
    data, code = HOSTILE[what]

    def script(wire: Ends) -> None:
        wire.sends(BEFORE + data + AFTER, list(range(0, len(BEFORE + data + AFTER), step)))
        assert wire.close_code() == code
        assert wire.texts == [b"before"]
        assert wire.wire.close_sent
        wire.sends(AFTER * 100, [7])
        assert wire.texts == [b"before"]
        assert wire.held_bytes() < MOST_BYTES

    on_a_wire(script)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_whatever_bytes_come_nothing_breaks_and_little_is_held(chunks: list[bytes]) -> None:
    def script(wire: Ends) -> None:
        for chunk in chunks:
            if not wire.line.is_closed:
                wire.wire.data_received(chunk)
            assert wire.held_bytes() <= MOST_BYTES + 14
        assert all(text.decode() is not None for text in wire.texts)

    on_a_wire(script)


def test_parts_without_an_end_are_not_kept_for_ever() -> None:
    """Empty ones, too: they weigh nothing in the message, but each has its place in a list."""

    def script(wire: Ends) -> None:
        wire.wire.data_received(frame(0x01, b""))
        for _ in range(5_000):
            wire.wire.data_received(frame(0x00, b"") * 10)
        assert wire.close_code() == 1009
        assert wire.held_bytes() < 100_000
        assert wire.texts == []

    on_a_wire(script)


def test_a_close_is_answered_and_nothing_after_it_is_heard() -> None:
    def script(wire: Ends) -> None:
        wire.sends(BEFORE + frame(0x88, struct.pack(">H", 1000) + b"bye") + AFTER, [])
        assert wire.close_code() == 1000
        assert wire.line.is_closed
        assert wire.texts == [b"before"]

    on_a_wire(script)


def test_after_our_own_close_only_its_answer_is_waited_for() -> None:
    async def script(wire: Ends) -> None:
        wire.wire.close(4401, "session ended")
        assert wire.close_code() == 4401
        wire.sends(AFTER + frame(0x89, b"ping") + frame(0x01, b"part"), [])
        assert (wire.texts, wire.line.is_closed) == ([], False)
        wire.sends(frame(0x88, struct.pack(">H", 4401)), [])
        assert wire.line.is_closed

    on_a_wire(script)


@given(st.binary(max_size=300), cuts)
def test_the_splitter_gives_on_every_byte_once(data: bytes, places: list[int]) -> None:
    """Garbage or not: what it takes apart and what it gives on are, together, what came."""
    splitter = Splitter(MOST_BYTES)
    whole = Splitter(MOST_BYTES).split(data)
    found = []
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    for start, end in pairwise(bounds):
        found += splitter.split(data[start:end])
    if all(is_text or len(content) < 2 or _is_whole(content) for is_text, content in whole):
        assert found == whole


def _is_whole(content: bytes) -> bool:
    """Whether a frame that was given on has all that its head claims."""

    size = content[1] & 0x7F
    extended = {126: 2, 127: 8}.get(size, 0)
    if extended:
        size = int.from_bytes(content[2 : 2 + extended], "big")
    return len(content) == 2 + extended + (4 if content[1] & 0x80 else 0) + size
