"""The socket's contract as JSON Schema, made from the types: what goes with each method and notification.

`x-methods` maps a method to its `params` and `result`, `x-notifications` one of the server's to its
parameters; `$defs` holds every type of the wire, REST's too.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

import msgspec

from yanxin.domain import bodies
from yanxin.protocol import requests, rpc, views

REF: Final = "#/$defs/{name}"

RESULTS: Final[dict[str, Any]] = {
    "hello": views.Hello,
    "message.send": views.Sent,
    "message.edit": views.Sent,
    "message.recall": views.Sent,
    "reaction.set": views.Sent,
    "cursor.set": views.Cursor,
    "events.list": views.Events,
    "presence.watch": views.Page[views.Presence],
    "readers.watch": views.Page[views.ReadCount],
    "typing": views.Empty,  # meant as a notification, which is not answered
    "ping": views.Now,
}
NOTIFICATIONS: Final[dict[str, Any]] = {
    "event": views.Event,
    "state": views.State,
    "readers": views.ReadCount,
    "presence": views.Presence,
    "typing": views.Typing,
    "lagging": views.Empty,
    "goodbye": views.Goodbye,
}


def document() -> dict[str, Any]:
    """The whole document; the same types give the same."""
    if RESULTS.keys() != rpc.METHODS.keys():
        unlike = ", ".join(sorted(RESULTS.keys() ^ rpc.METHODS.keys()))
        raise AssertionError(f"RESULTS and rpc.METHODS do not name the same methods: {unlike}")
    shape_of, definitions = _shapes(REF)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Yanxin: what is said on the socket",
        "x-methods": {
            name: {"params": shape_of[params], "result": shape_of[RESULTS[name]]}
            for name, params in rpc.METHODS.items()
        },
        "x-notifications": {name: shape_of[type_] for name, type_ in NOTIFICATIONS.items()},
        "$defs": dict(sorted(definitions.items())),
    }


def definitions(ref: str) -> dict[str, Any]:
    """Every type of the wire by its name, each referring to others by `ref`, in which `{name}` stands for the name."""
    return _shapes(ref)[1]


def _shapes(ref: str) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    said = [*rpc.METHODS.values(), *RESULTS.values(), *NOTIFICATIONS.values()]
    types = list(dict.fromkeys([*said, *_structs(views), *_structs(requests), *_structs(bodies)]))
    shapes, named = msgspec.json.schema_components(types, ref_template=ref)
    return dict(zip(types, shapes, strict=True)), named


def _structs(module: ModuleType) -> Iterator[type[msgspec.Struct]]:
    """The types that `module` itself defines, but for those that only others are made from."""
    own = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == module.__name__
    ]
    for each in own:
        if not any(other is not each and issubclass(other, each) for other in own):
            yield each
