"""What is sealed is opened at its own place with its own key, and nowhere else."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanxin.domain.ids import MAX_ID, ConversationId, Seq
from yanxin.store.sealing import (
    CannotOpen,
    SealingKey,
    data_key_place,
    event_place,
    key_of,
    master_key,
    title_place,
)

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "sealing.md"


def vectors() -> list[dict[str, Any]]:
    """The vectors of docs/formats/sealing.md."""
    block = re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None, f"{PAGE} has vectors"
    found: list[dict[str, Any]] = json.loads(block.group(1))
    return found


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["what"])
def test_the_vectors_of_the_documentation_open(vector: dict[str, Any]) -> None:
    key, place, sealed = (bytes.fromhex(vector[name]) for name in ("key", "place", "sealed"))

    assert key_of(sealed) == vector["key_id"]
    assert SealingKey(vector["key_id"], key).open(sealed, place) == bytes.fromhex(vector["plain"])
    assert sealed[10:22] == bytes.fromhex(vector["nonce"])


def test_the_places_are_those_of_the_documentation() -> None:
    places = {vector["what"]: bytes.fromhex(vector["place"]) for vector in vectors()}

    assert data_key_place(ConversationId(42), 202611) == places["data key"]
    assert event_place(ConversationId(42), Seq(1017)) == places["event"]
    assert title_place(ConversationId(42)) == places["title"]
    assert event_place(ConversationId(MAX_ID), Seq(MAX_ID)) == places["empty"]


def test_the_master_key_names_itself_as_documented() -> None:
    vector = vectors()[0]

    assert master_key(bytes.fromhex(vector["key"])).id == vector["key_id"]


@given(plain=st.binary(max_size=300), where=st.integers(1, MAX_ID), seq=st.integers(1, MAX_ID))
def test_what_is_sealed_opens_at_its_place_alone(plain: bytes, where: int, seq: int) -> None:
    key = SealingKey(7, bytes(range(32)))
    place = event_place(ConversationId(where), Seq(seq))
    sealed = key.seal(plain, place)

    assert key.open(sealed, place) == plain
    elsewhere = [
        event_place(ConversationId(where), Seq(seq + 1)),
        event_place(ConversationId(seq + 1), Seq(where)),
        title_place(ConversationId(where)),
        data_key_place(ConversationId(where), seq & 0xFFFF),
        b"",
    ]
    for other in elsewhere:
        with pytest.raises(CannotOpen):
            key.open(sealed, other)


@given(plain=st.binary(max_size=60), data=st.data())
def test_a_changed_byte_is_noticed_wherever_it_is(plain: bytes, data: st.DataObject) -> None:
    key, place = SealingKey(7, bytes(range(32))), event_place(ConversationId(1), Seq(1))
    sealed = bytearray(key.seal(plain, place))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CannotOpen):
        key.open(bytes(sealed), place)


@given(plain=st.binary(max_size=60), cut=st.integers(1, 60))
def test_what_was_cut_short_is_noticed(plain: bytes, cut: int) -> None:
    key, place = SealingKey(7, bytes(range(32))), event_place(ConversationId(1), Seq(1))
    sealed = key.seal(plain, place)[:-cut]

    with pytest.raises(CannotOpen):
        key.open(sealed, place)


@pytest.mark.parametrize("length", range(38))
def test_what_is_too_short_to_be_sealed_names_no_key(length: int) -> None:
    sealed = SealingKey(7, bytes(range(32))).seal(b"", title_place(ConversationId(1)))

    with pytest.raises(CannotOpen):
        key_of(sealed[:length])


def test_another_key_opens_nothing_even_under_the_same_id() -> None:
    place = event_place(ConversationId(1), Seq(1))
    sealed = SealingKey(7, bytes(32)).seal(b"lunch?", place)

    with pytest.raises(CannotOpen):
        SealingKey(7, bytes([1] * 32)).open(sealed, place)
    with pytest.raises(CannotOpen):
        SealingKey(8, bytes(32)).open(sealed, place)


def test_no_nonce_comes_twice_in_any_thread() -> None:
    key = SealingKey(1, bytes(32))

    def nonces(_turn: int) -> list[bytes]:
        return [key.seal(b"x", b"here")[10:22] for _ in range(1_000)]

    with ThreadPoolExecutor(4) as threads:
        drawn = [nonce for each in threads.map(nonces, range(8)) for nonce in each]
    assert len(set(drawn)) == 8_000
    assert {len(nonce) for nonce in drawn} == {12}


def test_the_same_thing_twice_is_never_the_same_bytes() -> None:
    key, place = SealingKey(7, bytes(32)), title_place(ConversationId(1))

    assert len({key.seal(b"lunch?", place) for _ in range(100)}) == 100


@pytest.mark.parametrize("start", [b"\x02\x01", b"\x01\x02", b"\x00\x01", b"{}"])
def test_another_format_is_said_to_be_one(start: bytes) -> None:
    with pytest.raises(CannotOpen):
        key_of(start + bytes(40))
    with pytest.raises(CannotOpen):
        key_of(start)
