"""Readers: threads that look, each over a connection of its own.

A reader takes what waits and answers all of it out of one snapshot, which is younger than every
question in it; so under load the price of a transaction and of crossing between threads is
shared. A look that the rules refuse is refused alone; where the database itself fails, the rest
is asked again over a new connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Engine

from yanxin.domain.ids import Millis
from yanxin.domain.refusals import Refused
from yanxin.store import dialects
from yanxin.store.keyring import Keyring
from yanxin.store.transactions import Reading

log = structlog.get_logger()

T = TypeVar("T")
Look = Callable[[Reading], T]
Answer = Callable[[T | None, BaseException | None], None]

MOST_AT_ONCE = 16
TRIES = 3


class Question(Generic[T]):
    """A look that waits, and who is to be told."""

    __slots__ = ("answer", "error", "look", "result", "tries")

    def __init__(self, look: Look[T], answer: Answer[T]) -> None:
        self.look = look
        self.answer = answer
        self.result: T | None = None
        self.error: BaseException | None = None
        self.tries = 0


class Readers:
    """`count` threads. `tell` takes questions that are answered, on the reader's thread."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        clock: Callable[[], Millis],
        tell: Callable[[list[Question[Any]]], None],
        count: int,
    ) -> None:
        self._engine = engine
        self._keyring = keyring
        self._clock = clock
        self._tell = tell
        self._waiting: SimpleQueue[Question[Any] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._run, name="reader", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def ask(self, question: Question[Any]) -> None:
        """Has `question` answered."""
        self._waiting.put(question)

    def waiting(self) -> int:
        """How many questions nobody has taken yet."""
        return self._waiting.qsize()

    def stop(self) -> None:
        """Lets the threads end once they have answered what waits."""
        for _ in self._threads:
            self._waiting.put(None)

    def join(self) -> None:
        """Waits for them."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        tx: Reading | None = None
        goes_on = True
        while goes_on:
            questions, goes_on = self._next()
            while questions:
                tx, asked = self._look(tx, questions)
                if asked:
                    self._tell(asked)
                questions = [each for each in questions if each not in asked]
        if tx is not None:
            tx.close()

    def _next(self) -> tuple[list[Question[Any]], bool]:
        """What waits, at least one and no more than a fair share; whether to go on after it."""
        first = self._waiting.get()
        if first is None:
            return [], False
        questions = [first]
        share = min(MOST_AT_ONCE, 1 + self._waiting.qsize() // len(self._threads))
        while len(questions) < share and not self._waiting.empty():
            question = self._waiting.get()
            if question is None:
                self._waiting.put(None)
                break
            questions.append(question)
        return questions, True

    def _look(self, tx: Reading | None, questions: list[Question[Any]]) -> tuple[Reading | None, list[Question[Any]]]:
        """Answers `questions` out of one snapshot; the transaction to go on with, and those that are answered."""
        answered: list[Question[Any]] = []
        try:
            if tx is None:
                tx = Reading(self._engine.connect(), self._keyring, self._clock())
                tx.sql.rollback()
            tx.now = self._clock()
            with tx.sql.begin():
                for question in questions:
                    try:
                        question.result = question.look(tx)
                    except dialects.DRIVER_ERRORS:
                        raise
                    except BaseException as error:  # told to whoever asked
                        question.error = error
                    answered.append(question)
        except BaseException as error:  # the connection is not trusted any more
            if tx is not None:
                tx.close()
            failed = questions[len(answered)] if len(answered) < len(questions) else None
            if failed is not None:
                failed.tries += 1
                if failed.tries >= TRIES or not dialects.is_passing(error):
                    log.warning("store.look_failed", error=repr(error))
                    failed.error = Refused("server.unavailable") if dialects.is_passing(error) else error
                    answered.append(failed)
            return None, answered
        return tx, answered
