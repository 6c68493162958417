"""An actor: somebody who was let in, and by which session."""

from __future__ import annotations

import msgspec

from yanxin.domain.ids import SessionId, UserId
from yanxin.domain.refusals import Refused


class Actor(msgspec.Struct, frozen=True, gc=False):
    """A person who is signed in. `session` is None for the command line on the server itself.

    `line` tells apart the connections of one session (two windows of one browser); None in REST.
    """

    user: UserId
    session: SessionId | None
    is_admin: bool
    line: int | None = None


def require_admin(actor: Actor) -> None:
    """Raises Refused unless `actor` is an administrator."""
    if not actor.is_admin:
        raise Refused("admin.required")


THE_SERVER = Actor(user=UserId(0), session=None, is_admin=True)
"""Set-up, and whoever holds the server itself: nobody's session, an administrator's rights."""
