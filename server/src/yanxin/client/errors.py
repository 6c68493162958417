"""What can go wrong for a client, as one tree."""

from __future__ import annotations

from yanxin.domain.refusals import Fact


class YanxinError(Exception):
    """The root: catching it catches everything that this package raises on purpose."""


class Refused(YanxinError):
    """The server answered and said no; nothing has changed.

    Act on `code` (`message.too_long`), never on `title`, which is a sentence for people. `status`
    is the HTTP status that REST gives to the code; JSON-RPC's own errors carry their number in it.
    """

    def __init__(self, code: str, status: int, params: dict[str, Fact] | None = None, title: str = "") -> None:
        super().__init__(title or code)
        self.code = code
        self.status = status
        self.params = params or {}
        self.title = title

    def __repr__(self) -> str:
        return f"Refused({self.code!r}, {self.status}, {self.params!r})"


class SignedOut(YanxinError):
    """The session is over: the token was never good, was revoked, or its person was disabled."""


class Unreachable(YanxinError):
    """No answer: nobody listens there, the way is cut, or this client was closed meanwhile.

    A change that was asked for may or may not have happened.
    """


class Broken(YanxinError):
    """The server broke the protocol, so this client can no longer vouch for completeness."""
