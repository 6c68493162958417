"""The fold: what later events made of a message, so that it can be served as it stands now.

Recalled and superseded text reaches nobody but the auditor, by whatever road an event is read.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from yanxin.domain.bodies import Reaction
from yanxin.domain.events import Event, Kind, Reacted, Standing
from yanxin.domain.ids import Millis, Seq, UserId


def standing(message: Event, later: Iterable[Event]) -> Standing:
    """What `later` (the events that speak of `message`, in rising seq) made of it."""
    body = message.body
    edited_at: Millis | None = None
    edited_by: Seq | None = None
    recalled_at: Millis | None = None
    reacted: dict[str, dict[UserId, None]] = {}
    for event in later:
        if event.kind == Kind.EDIT and recalled_at is None:
            body, edited_at, edited_by = event.body, event.at, event.seq
        elif event.kind == Kind.RECALL and recalled_at is None:
            body, recalled_at = None, event.at
        elif event.kind == Kind.REACTION and isinstance(event.body, Reaction):
            _react(reacted, event.sender, event.body)
    return Standing(
        body=body,
        edited_at=edited_at,
        edited_by=edited_by,
        recalled_at=recalled_at,
        reactions=[Reacted(emoji, list(users)) for emoji, users in reacted.items()],
    )


def _react(reacted: dict[str, dict[UserId, None]], sender: UserId, reaction: Reaction) -> None:
    users = reacted.setdefault(reaction.emoji, {})
    if reaction.on:
        users.setdefault(sender, None)
    else:
        users.pop(sender, None)
        if not users:
            # Set again later, it stands last: who folds from a snapshot cannot know that it stood first.
            del reacted[reaction.emoji]


def as_it_stands(event: Event, target: Standing) -> Event:
    """An edit as it may be served: without its text when `target` was recalled or edited since."""
    if event.kind == Kind.EDIT and (target.recalled_at is not None or target.edited_by != event.seq):
        return msgspec.structs.replace(event, body=None)
    return event
