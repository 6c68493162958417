"""What a work is given: a transaction to read in, or one to write in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection

from yanxin.domain.ids import ConversationId, Millis, UserId
from yanxin.domain.memberships import Membership
from yanxin.domain.news import News
from yanxin.domain.times import month_of
from yanxin.store import dialects, rows
from yanxin.store.keyring import Keyring
from yanxin.store.prepared import Prepared, PreparedList
from yanxin.store.sealing import SealingKey
from yanxin.store.tables import memberships

log = structlog.get_logger()


class Reading:
    """One consistent view of the database. `now` is when it was taken.

    Ordinary statements go through `sql`; what is asked all the time is prepared and goes through
    `rows`, `row` and `each`, which give the driver's own tuples.
    """

    def __init__(self, sql: Connection, keyring: Keyring, now: Millis) -> None:
        self.sql = sql
        self.keyring = keyring
        self.now = now
        self.cursor: dialects.Cursor = sql.connection.cursor()

    def close(self) -> None:
        """Lets go of the connection, and of the lock that SQLite keeps while a cursor is open on it."""
        try:
            self.sql.connection.rollback()
            self.cursor.close()
        except dialects.DRIVER_ERRORS as error:
            log.warning("store.connection_lost", error=repr(error))
        self.sql.invalidate()
        self.sql.close()

    def rows(self, prepared: Prepared, *values: Any) -> Sequence[Any]:
        """All rows of a prepared statement."""
        statement = prepared.on(self.sql)
        self.cursor.execute(statement.text, statement.parameters(values))
        return self.cursor.fetchall()

    def row(self, prepared: Prepared, *values: Any) -> Any:
        """The first row of a prepared statement, or None."""
        statement = prepared.on(self.sql)
        self.cursor.execute(statement.text, statement.parameters(values))
        return self.cursor.fetchone()

    def each(self, prepared: PreparedList, items: Sequence[Any], *values: Any) -> list[Any]:
        """All rows of a prepared statement over the list `items`."""
        found: list[Any] = []
        for statement, given in prepared.turns(self.sql, values, items):
            self.cursor.execute(statement.text, statement.parameters(given))
            found += self.cursor.fetchall()
        return found

    def opened(self, sealed: Iterable[bytes]) -> dict[int, SealingKey]:
        """The keys that `sealed` name."""
        return self.keyring.opened(self.sql, sealed)


class Writing(Reading):
    """A transaction that writes; what it tells is heard once it is committed.

    Heads, memberships and versions are read and changed through the held rows, and through
    nothing else. Ordinary statements see them after `settle()`.
    """

    def __init__(self, sql: Connection, keyring: Keyring, *, keeps: bool) -> None:
        super().__init__(sql, keyring, Millis(0))
        self._is_shared = dialects.is_shared(sql)
        self.conversations = rows.conversations_held(self, keeps=keeps)
        self.memberships = rows.memberships_held(self, keeps=keeps)
        self.versions = rows.versions_held(self, keeps=keeps)
        self._held = (self.conversations, self.memberships, self.versions)
        self._keys: dict[tuple[ConversationId, int], SealingKey] = {}  # of the batch
        self._work_keys: dict[tuple[ConversationId, int], SealingKey] = {}
        self._news: list[News] = []

    def run(self, prepared: Prepared, *values: Any) -> int:
        """Runs a prepared statement; how many rows it touched."""
        statement = prepared.on(self.sql)
        self.cursor.execute(statement.text, statement.parameters(values))
        return self.cursor.rowcount

    def run_many(self, prepared: Prepared, values: Sequence[Sequence[Any]]) -> None:
        """Runs a prepared statement once for each of `values`."""
        statement = prepared.on(self.sql)
        self.cursor.executemany(statement.text, [statement.parameters(each) for each in values])

    def locked(self, prepared: PreparedList, items: Sequence[Any]) -> list[Any]:
        """As `each`; where others write too, the rows stay locked until the transaction ends."""
        found: list[Any] = []
        for statement, given in prepared.turns(self.sql, (), items):
            text = f"{statement.text} FOR UPDATE" if self._is_shared else statement.text
            self.cursor.execute(text, statement.parameters(given))
            found += self.cursor.fetchall()
        return found

    def tell(self, *news: News) -> None:
        """Says what this work made happen."""
        self._news += news

    def sealing_key(self, conversation: ConversationId) -> SealingKey:
        """This month's key of `conversation`, made if there is none."""
        key = self.keyring.current(conversation, self.now)
        if key is None:
            at = (conversation, month_of(self.now))
            key = self._work_keys.get(at) or self._keys.get(at)
            if key is None:
                key = self._work_keys[at] = self.keyring.make(self.sql, conversation, self.now)
        return key

    def opened(self, sealed: Iterable[bytes]) -> dict[int, SealingKey]:
        """As in Reading; a key that this transaction made may be undone with it, and is not remembered."""
        return self.keyring.opened(self.sql, sealed, remember=False)

    def next_version(self, user: UserId) -> int:
        """The next version of what is personal to `user`."""
        row = self.versions.edit(user)
        row.value += 1
        return row.value

    def add_memberships(self, made: Sequence[Membership]) -> None:
        """Writes memberships that are new, or that begin anew."""
        self.settle()
        for each in made:
            self.memberships.put((each.conversation, each.user), each)
        values = [msgspec.structs.asdict(each) for each in made]
        if values:
            statement = dialects.insert(self.sql, memberships)
            renewed = {name: statement.excluded[name] for name in values[0] if name not in ("user", "conversation")}
            self.sql.execute(
                statement.on_conflict_do_update(index_elements=["user", "conversation"], set_=renewed), values
            )

    def settle(self) -> None:
        """Writes the held rows that this work changed, so that its statements see them."""
        for held in self._held:
            held.flush_work()

    # What follows is for the writer alone.

    def begin_work(self, now: Millis) -> None:
        """Before each work."""
        self.now = now
        self._news = []

    def flush_batch(self) -> None:
        """Writes the held rows that earlier works of the batch changed."""
        for held in self._held:
            held.flush_batch()

    def end_work(self) -> list[News]:
        """The work is done."""
        for held in self._held:
            held.keep_work()
        self._keys |= self._work_keys
        self._work_keys.clear()
        return self._news

    def drop_work(self) -> None:
        """The work failed; a key that it made was undone with it, and would open nothing."""
        for held in self._held:
            held.drop_work()
        self._work_keys.clear()

    def committed(self) -> None:
        """All is on disk."""
        for held in self._held:
            held.committed()
        for (conversation, month), key in self._keys.items():
            self.keyring.remember(conversation, month, key)
        self._keys.clear()

    def drop_all(self) -> None:
        """Nothing is on disk."""
        for held in self._held:
            held.drop_all()
        self._keys.clear()
        self._work_keys.clear()
