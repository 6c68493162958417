"""The figures to reach, and what others need for the same: CPU of the server on a machine of two cores.

The prototype was a page of code without permissions, cursors and mentions. The others kept their
messages too: ejabberd 23.01 on PostgreSQL, prosody 0.12 on files, Synapse 1.163.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Target(msgspec.Struct, frozen=True):
    """One figure. `reach` is in `unit`; `floors` is how often the same run's floor may be spent instead.

    `aim` is better than what must be reached. The rest is what others need, in words.
    """

    scenario: str
    says: str
    unit: str
    reach: float | None = None
    floors: float | None = None
    aim: float | None = None
    prototype: str = ""
    ejabberd: str = ""
    prosody: str = ""
    synapse: str = ""


P99_OF_P50: Final = 3.0
P99_MORE_MS: Final = 10.0
"""In `groups` the slowest hundredth may take 3 × the same run's p50 + 10 ms."""

TARGETS: Final[dict[str, Target]] = {
    "direct": Target("direct", "CPU per delivered message", "µs", 200, None, 120, "80", "850", "458", "26,000"),
    "fanout.paced": Target(
        "fanout", "at 5/s: CPU per delivery", "µs", None, 1.5, None, "9.6", "41", "148", "9,200 (100 online)"
    ),
    "fanout.full": Target(
        "fanout", "at full speed: CPU per delivery", "µs", 1, None, None, "0.4", "36", "149", "8,800"
    ),
    "groups": Target(
        "groups", "CPU per delivery", "µs", 18, None, None, "15.6", "54", "204", "1,800 (10 groups of 20)"
    ),
    "groups.p50": Target("groups", "sent to heard, p50", "ms"),
    "groups.p99": Target("groups", "sent to heard, p99", "ms", None, None, None, "5", "27"),
    "read": Target("read", "CPU per cursor set and told", "µs", 60),
    "read.whole": Target("read", "CPU of everything, per cursor set", "µs"),
    "read.p50": Target("read", "sent to heard, p50", "ms"),
    "read.p99": Target("read", "sent to heard, p99", "ms"),
    "connect.plain.cpu": Target(
        "connect", "plain: CPU per connect", "ms", 0.8, None, None, "0.45", "1.0 (plain passwords)", "4.9"
    ),
    "connect.plain.rss": Target("connect", "plain: memory per connection", "KB", 30, None, None, "17", "39", "25–32"),
    "connect.tls.cpu": Target("connect", "TLS: CPU per connect", "ms", 2, None, None, "", "2.1", "6.2"),
    "connect.tls.rss": Target("connect", "TLS: memory per connection", "KB", 60, None, None, "47", "52"),
    "storm.cpu": Target("storm", "CPU per client", "ms", 3, None, None, "", "4.2 (1 conversation)", "54", "22"),
    "storm.seconds": Target("storm", "until all are caught up", "s", 3, None, None, "", "3.2", "65", "18"),
    "storm.tails.cpu": Target("storm", "every tail asked for: CPU per client", "ms", 3),
    "storm.tails.seconds": Target("storm", "every tail asked for: until all are caught up", "s", 3),
    "history.socket": Target("history", "page of 50 by socket: CPU", "ms", 1.5, None, None, "", "7.2", "537", "17–20"),
    "history.rest": Target("history", "page of 50 by REST: CPU", "ms", 1.5, None, None, "", "7.2", "537", "17–20"),
}
