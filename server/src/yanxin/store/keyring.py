"""The keyring: data keys, unwrapped when first needed and kept in memory."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import Connection, select

from yanxin.domain.ids import MAX_ID, ConversationId, Millis
from yanxin.domain.times import month_of
from yanxin.store import dialects
from yanxin.store.sealing import CannotOpen, SealingKey, data_key_place, master_key
from yanxin.store.tables import data_keys

log = structlog.get_logger()

_MOST = 50_000


class Keyring:
    """All data keys that were used of late. Shared by all threads: each step on it is atomic.

    A key that a transaction made is remembered only when `remember` says that it is committed.
    """

    def __init__(self, master: bytes) -> None:
        self._master = master_key(master)
        self._by_id: OrderedDict[int, SealingKey] = OrderedDict()
        self._current: dict[ConversationId, tuple[int, SealingKey]] = {}

    @property
    def master_id(self) -> int:
        """By which id the master key is known."""
        return self._master.id

    def current(self, conversation: ConversationId, now: Millis) -> SealingKey | None:
        """The key that `conversation` is sealed under this month, if it is remembered."""
        found = self._current.get(conversation)
        if found is None or found[0] != month_of(now):
            return None
        return found[1]

    def make(self, sql: Connection, conversation: ConversationId, now: Millis) -> SealingKey:
        """This month's key of `conversation`, read or made in the transaction of `sql`."""
        month = month_of(now)
        where = (data_keys.c.conversation == conversation) & (data_keys.c.month == month)
        query = select(data_keys.c.id, data_keys.c.wrapped).where(where)
        row = sql.execute(query).one_or_none()
        if row is None:
            key = new_key()
            wrapped = self._master.seal(key, data_key_place(conversation, month))
            sql.execute(
                dialects.insert(sql, data_keys)
                .values(conversation=conversation, month=month, wrapped=wrapped, created_at=now)
                .on_conflict_do_nothing()
            )
            row = sql.execute(query).one()
        return self._unwrapped(row.id, conversation, month, row.wrapped)

    def remember(self, conversation: ConversationId, month: int, key: SealingKey) -> None:
        """Keeps a key that is committed."""
        if len(self._current) >= _MOST:
            self._current.clear()
        self._current[conversation] = (month, key)
        self._keep(key)

    def opened(self, sql: Connection, sealed: Iterable[bytes], *, remember: bool = True) -> dict[int, SealingKey]:
        """The keys that `sealed` name, by their ids; those not remembered are read in one query.

        `remember` them only from a transaction that sees nothing uncommitted of its own.

        A key that is not there any more, or does not open, is left out.
        """
        wanted = {key_id for each in sealed if (key_id := int.from_bytes(each[2:10], "big")) <= MAX_ID}
        found = {key_id: key for key_id in wanted if (key := self._by_id.get(key_id)) is not None}
        missing = wanted - found.keys()
        if missing:
            rows = sql.execute(
                select(data_keys.c.id, data_keys.c.conversation, data_keys.c.month, data_keys.c.wrapped).where(
                    data_keys.c.id.in_(missing)
                )
            )
            for row in rows:
                try:
                    key = self._unwrapped(row.id, row.conversation, row.month, row.wrapped)
                except CannotOpen:
                    log.warning("keyring.unreadable", key=row.id, conversation=row.conversation, month=row.month)
                    continue
                found[row.id] = key
                if remember:
                    self._keep(key)
        return found

    def _unwrapped(self, key_id: int, conversation: ConversationId, month: int, wrapped: Any) -> SealingKey:
        return SealingKey(key_id, self._master.open(bytes(wrapped), data_key_place(conversation, month)))

    def _keep(self, key: SealingKey) -> None:
        self._by_id[key.id] = key
        if len(self._by_id) > _MOST:
            self._by_id.popitem(last=False)


def new_key() -> bytes:
    """A new random key of 256 bits."""
    return os.urandom(32)
