"""The demo: an invented company of 200 people with two weeks of talk behind it, and a few of them at their desks.

`company`, `groups` and `scenes/` hold who there is and what was said; `screenplay`, `schedule` and `plan` make of
it who said what when; `filling` writes that. `colleagues` are the few who answer while the server runs, in the
words of `answers`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Demo:
    """What --demo found or made.

    `is_demo` says whether the folder was filled as a demo, now or before: only then do colleagues
    come. `password` is that of everybody, known only when it was filled just now.
    """

    is_demo: bool
    password: str | None = None
