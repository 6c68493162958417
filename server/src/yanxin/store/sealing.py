"""Sealing: bodies and titles as they lie on disk. The format is final; `docs/formats/sealing.md` has vectors.

    sealed  = 0x01 | suite (1) | key id (8, big-endian) | nonce (12) | ciphertext and tag
    suite   = 0x01 for AES-256-GCM

The associated data binds what is sealed to its place, so that rows cannot be swapped:

    an event's body   "yanxin/event/1" 0x00 | conversation (8) | seq (8)
    a title           "yanxin/title/1" 0x00 | conversation (8)
    a data key        "yanxin/data-key/1" 0x00 | conversation (8) | month (4)

A data key serves one conversation for one calendar month (UTC) and is itself sealed under the
master key in the same format; the key id there is the first eight bytes of the SHA-256 of
"yanxin/master-key/1" 0x00 and the master key, so a wrong master key is recognised as such.
Nonces are random: a key serves far fewer than the 2³² messages for which that is sound
(NIST SP 800-38D §8.3), and a restored backup can never make one come twice.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yanxin.domain.ids import ConversationId, Seq

_HEADER = struct.Struct(">BBQ")
_VERSION = 1
AES_256_GCM = 1
_NONCE_BYTES = 12
_DRAWN_AT_ONCE = 256
_START = _HEADER.size + _NONCE_BYTES

_EVENT = b"yanxin/event/1\0"
_TITLE = b"yanxin/title/1\0"
_DATA_KEY = b"yanxin/data-key/1\0"
_MASTER_KEY = b"yanxin/master-key/1\0"
_PLACE = struct.Struct(">QQ")
_CONVERSATION = struct.Struct(">Q")
_MONTH = struct.Struct(">QI")


class CannotOpen(Exception):
    """What is sealed was not written here, was changed, or lies at a place that is not its own."""


class _Nonces(threading.local):
    """Random nonces of each thread, drawn many at a time: each draw lets go of the interpreter, and waits for it."""

    def __init__(self) -> None:
        self._drawn = b""
        self._at = 0

    def draw(self) -> bytes:
        if self._at == len(self._drawn):
            self._drawn, self._at = os.urandom(_NONCE_BYTES * _DRAWN_AT_ONCE), 0
        nonce = self._drawn[self._at : self._at + _NONCE_BYTES]
        self._at += _NONCE_BYTES
        return nonce


_nonces = _Nonces()


class SealingKey:
    """A key and the id by which sealed things name it."""

    __slots__ = ("_aead", "_prefix", "id")

    def __init__(self, key_id: int, key: bytes) -> None:
        """`key` is 32 bytes; `key_id` below 2⁶⁴."""
        if len(key) != 32:
            raise ValueError("a sealing key has 32 bytes")
        self.id = key_id
        self._aead = AESGCM(key)
        self._prefix = _HEADER.pack(_VERSION, AES_256_GCM, key_id)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """`plain` sealed for `place`."""
        nonce = _nonces.draw()
        return self._prefix + nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed for `place` under this key. Raises CannotOpen otherwise."""
        if not sealed.startswith(self._prefix):
            raise CannotOpen("sealed under another key or in another format")
        try:
            return self._aead.decrypt(sealed[_HEADER.size : _START], sealed[_START:], place)
        except (InvalidTag, ValueError):  # ValueError: cut short, within the nonce or the tag
            raise CannotOpen("changed, or not at its own place") from None


def key_of(sealed: bytes) -> int:
    """The id of the key that `sealed` names. Raises CannotOpen if it is not of this format."""
    if len(sealed) < _START + 16:
        raise CannotOpen("too short")
    version, suite, key_id = _HEADER.unpack_from(sealed)
    if version != _VERSION or suite != AES_256_GCM:
        raise CannotOpen(f"format {version}, suite {suite}: written by a newer Yanxin?")
    return int(key_id)


def event_place(conversation: ConversationId, seq: Seq) -> bytes:
    """The place of an event's body."""
    return _EVENT + _PLACE.pack(conversation, seq)


def title_place(conversation: ConversationId) -> bytes:
    """The place of a conversation's title."""
    return _TITLE + _CONVERSATION.pack(conversation)


def data_key_place(conversation: ConversationId, month: int) -> bytes:
    """The place of the data key of a conversation for a month (see `times.month_of`)."""
    return _DATA_KEY + _MONTH.pack(conversation, month)


def master_key(key: bytes) -> SealingKey:
    """The master key as a sealing key; its id is made from the key itself."""
    digest = hashlib.sha256(_MASTER_KEY + key).digest()
    return SealingKey(int.from_bytes(digest[:8], "big"), key)
