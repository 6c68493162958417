"""Passwords as they are kept: Argon2id (RFC 9106), in threads of their own so that nobody waits for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from yanxin.domain.refusals import Refused

# OWASP's second choice (2024): 19 MiB, two passes, about 20 ms of one core.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
MOST_WAITING = 2_000

T = TypeVar("T")


class Passwords:
    """Hashing and checking, as many at a time as there are cores; more wait in line, up to a bound."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max(1, os.cpu_count() or 1), thread_name_prefix="password")
        self._waiting = 0
        # Checked where there is no such person, so that the answer takes as long as for one there is.
        self._nobody = _HASHER.hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """What to keep of `password`."""
        return await self._run(_HASHER.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one that `kept` was made of; None is nobody's and takes as long."""
        found = await self._run(_verify, kept or self._nobody, password)
        return found and kept is not None

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise Refused("server.busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
