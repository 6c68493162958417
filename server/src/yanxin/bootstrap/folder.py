"""The data folder: made, held by one process at a time, with its key beside it."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import shutil
from pathlib import Path
from typing import IO, Final

LEAST_FREE_BYTES: Final = 64 * 1024 * 1024


class CannotStart(Exception):
    """Why the server or a command cannot go on; the text is one sentence that says what to do."""


class Folder:
    """A data folder that this process holds until it is closed."""

    def __init__(self, path: Path) -> None:
        """Raises CannotStart where it cannot be made, written to or held."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock: IO[str] = (path / "lock").open("a+")
        except OSError as error:
            raise CannotStart(
                f"The data folder {path} cannot be written to ({error.strerror}): "
                "give this user the right to, or choose another with --data."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise CannotStart(
                f"Another Yanxin is using the data folder {path}: stop it first, or choose another folder with --data."
            ) from error

    def require_space(self) -> None:
        """Raises CannotStart where the disk is all but full: better not to begin than to stop in a moment."""
        free = shutil.disk_usage(self.path).free
        if free < LEAST_FREE_BYTES:
            raise CannotStart(
                f"The disk of {self.path} is full ({free // 1024 // 1024} MB free): "
                f"make room for {LEAST_FREE_BYTES // 1024 // 1024} MB at least, or move the folder and name it with --data."
            )

    def close(self) -> None:
        """Lets another process have the folder."""
        self._lock.close()


def master_key(path: Path, *, may_make: bool) -> bytes:
    """The 32 bytes of the master key in `path`; made there, readable by this user alone, if it may be.

    The file holds them in base64 and lies outside the data folder, so that a copy of the data is
    of no use without it. Raises CannotStart.
    """
    try:
        text = path.read_text().strip()
    except FileNotFoundError:
        if not may_make:
            raise CannotStart(
                f"The master key {path} is not there, and the data cannot be read without it: "
                "bring it back from where it is kept, or name its place with --master-key."
            ) from None
        return _new_master_key(path)
    except OSError as error:
        raise CannotStart(
            f"The master key {path} cannot be read ({error.strerror}): give this user the right to."
        ) from error
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise CannotStart(f"The master key {path} is damaged: bring it back from where it is kept.")
    return key


def _new_master_key(path: Path) -> bytes:
    key = os.urandom(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(key).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # The name too has to outlive a power cut: what is sealed from now on can be opened with this alone.
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise CannotStart(
            f"The master key cannot be written to {path} ({error.strerror}): name another place with --master-key."
        ) from error
    return key
