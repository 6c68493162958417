"""What a test left behind: tasks that still run, sockets that are still open."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path


def sockets() -> set[str]:
    """The sockets that this process has open, by inode."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue  # The one that listed the folder.
        if target.startswith("socket:"):
            found.add(target)
    return found


def tasks() -> set[asyncio.Task[object]]:
    """The tasks of the running loop that are not done, without the current one."""
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.done()}


async def settle(sockets_before: set[str], tasks_before: set[asyncio.Task[object]]) -> list[str]:
    """Sentences on what is left. Closed transports let go of their socket in the loop's next turns, which they get."""
    turns = 10
    while any(left := (sockets() - sockets_before, tasks() - tasks_before)) and turns:
        turns -= 1
        gc.collect()
        await asyncio.sleep(0.02)
    return [f"left open: {one}" for one in sorted(left[0])] + [f"left running: {task!r}" for task in left[1]]
