"""The command of a server with a sin; the sins themselves are in `sabotaged`, which runs in its own process."""

from __future__ import annotations

import sys
from pathlib import Path


def sabotaged(sin: str) -> list[str]:
    """What to give to `Server` as its program."""
    return [sys.executable, str(Path(__file__).with_name("sabotaged.py")), sin]
