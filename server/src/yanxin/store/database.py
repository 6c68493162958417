"""The database: one writer whose works share commits, readers beside it. Nothing else commits.

A change is a plain function `work(tx)`, handed to `write`. A lane is a thread with a connection;
it takes all works that wait, runs each, commits once, and only then answers. Idle, a work is
committed alone at once; under load the batches grow by themselves; between the two, where many
people write but seldom at the same moment, commits keep a small distance (`store/pace.py`).

On SQLite there is one lane for everything. On PostgreSQL one lane takes the works marked `hot`
(see below) and others take the rest, a transaction each.

A *hot* work touches held rows and, as its last step that may fail, one statement: it needs no
savepoint. Every other work has one, so that its failure undoes it alone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Engine

from yanxin.domain.ids import Millis
from yanxin.domain.news import News
from yanxin.domain.refusals import Refused
from yanxin.store import dialects
from yanxin.store.keyring import Keyring
from yanxin.store.pace import Pace
from yanxin.store.readers import Answer, Look, Question, Readers
from yanxin.store.transactions import Writing

log = structlog.get_logger()

T = TypeVar("T")
Work = Callable[[Writing], T]
Clock = Callable[[], Millis]

READERS = 1  # on SQLite a look is work for the interpreter, which does one thing at a time
SHARED_READERS = 6
ORDINARY_LANES = 4
MOST_IN_BATCH = 512
MOST_BATCH_SECONDS = 0.02
MOST_WAITING = 50_000
TRIES = 5
NOBODY = 0


def hot(work: Work[T], by: int = NOBODY) -> Work[T]:
    """Marks `work` as one that needs no savepoint (see the module), done by the user `by`."""
    work.is_hot = True  # type: ignore[attr-defined]
    work.by = by  # type: ignore[attr-defined]
    return work


class _Job(Generic[T]):
    """A work that waits, and who is to be told."""

    __slots__ = ("answer", "by", "error", "is_hot", "news", "result", "work")

    def __init__(self, work: Work[T], answer: Answer[T]) -> None:
        self.work = work
        self.answer = answer
        self.is_hot = getattr(work, "is_hot", False)
        self.by: int = getattr(work, "by", NOBODY)
        self.result: T | None = None
        self.error: BaseException | None = None
        self.news: list[News] = []


class Database:
    """Where facts are kept.

    `heard` is called on the event loop with the news of each batch, in the order of the commits
    of a lane, in the same turn in which the works of that batch are answered.
    """

    def __init__(self, engine: Engine, keyring: Keyring, clock: Clock, heard: Callable[[list[News]], None]) -> None:
        self.engine = engine
        self.keyring = keyring
        self._clock = clock
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        shared = dialects.is_shared(engine)
        self._main = _Lane(self, keeps=not shared, batches=True)
        self._ordinary = (
            [_Lane(self, keeps=False, batches=False) for _ in range(ORDINARY_LANES)] if shared else [self._main]
        )
        self._turn = 0
        readers = SHARED_READERS if shared else READERS
        self._readers = Readers(engine, keyring, clock, self._tell, readers)
        self._closed = False

    def write_soon(self, work: Work[T], answer: Answer[T]) -> None:
        """Runs `work` in a transaction and calls `answer(result, error)` on the loop after the commit.

        Refused("server.busy") at once when more works wait than the writer can take.
        """
        if getattr(work, "is_hot", False):
            lane = self._main
        else:
            self._turn += 1
            lane = self._ordinary[self._turn % len(self._ordinary)]
        if self._closed or lane.waiting() > MOST_WAITING:
            answer(None, Refused("server.busy"))
            return
        lane.take(_Job(work, answer))

    async def write(self, work: Work[T]) -> T:
        """Runs `work` in a transaction; its result after the commit. What it raises, nothing changed."""
        waiting: asyncio.Future[T] = self._loop.create_future()
        self.write_soon(work, partial(_fulfil, waiting))
        return await waiting

    def read_soon(self, look: Look[T], answer: Answer[T]) -> None:
        """Runs `look` over one consistent view and calls `answer(result, error)` on the loop.

        Refused("server.busy") at once when more wait than the readers can take.
        """
        if self._closed or self._readers.waiting() > MOST_WAITING:
            answer(None, Refused("server.busy"))
            return
        self._readers.ask(Question(look, answer))

    async def read(self, look: Look[T]) -> T:
        """Runs `look` over one consistent view; its result."""
        waiting: asyncio.Future[T] = self._loop.create_future()
        self.read_soon(look, partial(_fulfil, waiting))
        return await waiting

    async def close(self) -> None:
        """Finishes what waits, then closes. Works that come later are refused."""
        self._closed = True
        lanes = {self._main, *self._ordinary}
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            await self._loop.run_in_executor(None, lane.join)
        self._readers.stop()
        await self._loop.run_in_executor(None, self._readers.join)
        self.engine.dispose()

    # The lanes speak to the loop through these.

    def settle(self, jobs: list[_Job[Any]]) -> None:
        """Tells the news of `jobs`, which are committed or failed, and answers them."""
        self._loop.call_soon_threadsafe(self._settle, jobs)

    def _settle(self, jobs: list[_Job[Any]]) -> None:
        for job in jobs:
            try:
                job.answer(job.result, job.error)
            except Exception:  # one answer that fails keeps nobody from theirs, nor from the news
                log.exception("store.answer_failed")
        news = [each for job in jobs for each in job.news]
        if news:
            self._heard(news)

    def _tell(self, questions: list[Question[Any]]) -> None:
        self._loop.call_soon_threadsafe(self._answer, questions)

    def _answer(self, questions: list[Question[Any]]) -> None:
        for question in questions:
            try:
                question.answer(question.result, question.error)
            except Exception:  # one answer that fails keeps nobody from theirs
                log.exception("store.answer_failed")

    def now(self) -> Millis:
        """What the clock says."""
        return self._clock()


def _fulfil(waiting: asyncio.Future[T], result: T | None, error: BaseException | None) -> None:
    if waiting.done():
        return
    if error is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(result)  # type: ignore[arg-type]


class _Lane:
    """A thread with a connection that runs works."""

    def __init__(self, database: Database, *, keeps: bool, batches: bool) -> None:
        self._database = database
        self._keeps = keeps
        self._batches = batches
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._tx: Writing | None = None
        self._pace = Pace()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def take(self, job: _Job[Any]) -> None:
        self._queue.put(job)

    def waiting(self) -> int:
        return self._queue.qsize()

    def stop(self) -> None:
        self._queue.put(None)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = self._next()
            if jobs:
                self._do(jobs)
        self._drop()

    def _next(self) -> tuple[list[_Job[Any]], bool]:
        """All that waits, at least one; whether to go on after it."""
        first = self._queue.get()
        jobs: list[_Job[Any]] = []
        if first is None:
            return jobs, False
        jobs.append(first)
        if not self._batches:
            return jobs, True
        pause = self._pace.pause(self._queue.qsize() + 1, time.monotonic())
        if pause > 0:
            time.sleep(pause)
        while len(jobs) < MOST_IN_BATCH and not self._queue.empty():
            job = self._queue.get()
            if job is None:
                return jobs, False
            jobs.append(job)
        self._pace.took([job.by for job in jobs], time.monotonic())
        return jobs, True

    def _do(self, jobs: list[_Job[Any]]) -> None:
        rest = jobs
        while rest:
            piece, rest = rest, []
            try:
                tx = self._opened()
                ran = self._piece(tx, piece)
            except BaseException as error:  # whatever went wrong, those who wait are answered
                # What is held may not be true any more.
                self._drop()
                if len(piece) > 1:
                    log.warning("store.batch_failed", works=len(piece), error=repr(error))
                    for job in piece:
                        self._alone(job)
                else:
                    self._alone(piece[0], first=error)
            else:
                self._database.settle(ran)
                rest = piece[len(ran) :]

    def _alone(self, job: _Job[Any], first: BaseException | None = None) -> None:
        """Runs `job` by itself, again where what failed may pass; `first` is how it failed already."""
        error = first
        for turn in range(TRIES):
            if error is not None:
                if not (job.is_hot or not isinstance(error, _CommitFailed)) or not dialects.is_passing(_cause(error)):
                    break
                time.sleep(0.05 * 2**turn)
            try:
                self._piece(self._opened(), [job])
            except BaseException as failure:  # whatever went wrong, whoever waits is answered
                self._drop()
                error = failure
            else:
                self._database.settle([job])
                return
        assert error is not None
        job.result, job.news, job.error = None, [], _told(_cause(error))
        self._database.settle([job])

    def _piece(self, tx: Writing, jobs: list[_Job[Any]]) -> list[_Job[Any]]:
        """Runs as many of `jobs` as fit into one commit, and commits; those that ran."""
        began = time.monotonic()
        ran: list[_Job[Any]] = []
        # The driver begins and commits: SQLAlchemy's own transaction costs half of what a message does,
        # and joins this one where a work uses ordinary statements.
        dialects.begin_writing(tx.sql, tx.cursor)
        for job in jobs:
            if ran and time.monotonic() - began > MOST_BATCH_SECONDS:
                break
            self._one(tx, job)
            ran.append(job)
        tx.flush_batch()
        try:
            if tx.sql.in_transaction():
                tx.sql.commit()
            else:
                tx.sql.connection.commit()
        except BaseException as error:  # said on, with the news that it was the commit
            raise _CommitFailed from error
        tx.committed()
        return ran

    def _one(self, tx: Writing, job: _Job[Any]) -> None:
        """Runs one work. What it refuses is its own affair; what breaks a hot one breaks the batch."""
        tx.begin_work(self._database.now())
        # What an earlier run told and found was undone with its batch.
        job.result, job.news, job.error = None, [], None
        if job.is_hot:
            try:
                job.result = job.work(tx)
            except Refused as refusal:
                tx.drop_work()
                job.error = refusal
            else:
                job.news = tx.end_work()
            return
        tx.flush_batch()
        tx.cursor.execute("SAVEPOINT work")
        try:
            job.result = job.work(tx)
            tx.settle()
        except BaseException as error:  # undone alone; the rest of the batch goes on
            if dialects.is_passing(error) or dialects.is_full(error):
                raise  # these may have ended the whole transaction: there is no savepoint to go back to
            tx.cursor.execute("ROLLBACK TO SAVEPOINT work")
            tx.drop_work()
            job.result, job.news, job.error = None, [], _told(error)
        else:
            job.news = tx.end_work()
        tx.cursor.execute("RELEASE SAVEPOINT work")

    def _opened(self) -> Writing:
        if self._tx is None:
            sql = self._database.engine.connect().execution_options(writes=True)
            self._tx = Writing(sql, self._database.keyring, keeps=self._keeps)
            # Reaching for the driver's cursor began a transaction of SQLAlchemy's; each batch has its own.
            sql.rollback()
        return self._tx

    def _drop(self) -> None:
        """Forgets what is held; the connection too, which may be broken."""
        if self._tx is not None:
            tx, self._tx = self._tx, None
            tx.drop_all()
            tx.close()


class _CommitFailed(Exception):
    """The commit was not confirmed: the batch may be on disk or not."""


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ if isinstance(error, _CommitFailed) and error.__cause__ is not None else error


def _told(error: BaseException) -> BaseException:
    """`error` as those who asked are told."""
    if isinstance(error, Refused):
        return error
    if dialects.is_full(error):
        log.error("store.disk_full")
        return Refused("server.storage_full")
    if dialects.is_passing(error):
        log.error("store.unavailable", error=repr(error))
        return Refused("server.unavailable")
    return error
