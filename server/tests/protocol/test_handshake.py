"""The opening handshake: what is accepted at once, and what is left to the library to refuse."""

from __future__ import annotations

import pytest

from yanxin.protocol.handshake import answer_to

USUAL = [
    (b"host", b"yanxin"),
    (b"upgrade", b"websocket"),
    (b"connection", b"Upgrade"),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
]


def test_the_example_of_the_rfc_gets_its_answer() -> None:
    """RFC 6455 §1.3."""
    answer = answer_to(USUAL)
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"connection", b"keep-alive, Upgrade"), (b"upgrade", b"WebSocket")],
)
def test_browsers_words_are_usual_too(name: bytes, value: bytes) -> None:
    assert answer_to([(key, value if key == name else old) for key, old in USUAL]) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"upgrade", b"h2c"),
        (b"connection", b"close"),
        (b"sec-websocket-version", b"12"),
        (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25j"),
        (b"sec-websocket-key", b"!!!!IHNhbXBsZSBub25jZQ=="),
        (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ==\r\nX: y"),
        (b"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZé==".encode("latin-1")),
    ],
)
def test_what_is_out_of_the_ordinary_is_not_answered_here(name: bytes, value: bytes) -> None:
    assert answer_to([(key, value if key == name else old) for key, old in USUAL]) is None


@pytest.mark.parametrize("name", [name for name, _ in USUAL if name != b"host"])
def test_what_is_missing_or_said_twice_is_not_answered_here(name: bytes) -> None:
    assert answer_to([each for each in USUAL if each[0] != name]) is None
    assert answer_to([*USUAL, *(each for each in USUAL if each[0] == name)]) is None
