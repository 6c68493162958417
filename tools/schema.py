"""Writes the contract that the code's types make: protocol/, and from it the web client's types.

    .venv/bin/python tools/schema.py            write
    .venv/bin/python tools/schema.py --check    only say what is not as the code has it

protocol/openapi.json   the REST interface, as the running server serves it too
protocol/schema.json    JSON Schema of everything on the socket: `methods` and `notifications` say what goes with what
web/src/protocol/generated.ts   the same types for the client
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec

from yanxin.domain import bodies
from yanxin.http.app import application
from yanxin.http.services import Services
from yanxin.protocol import requests, rpc, views

ROOT = Path(__file__).resolve().parent.parent
REF = "#/$defs/{name}"

RESULTS: dict[str, Any] = {
    "hello": views.Hello,
    "message.send": views.Sent,
    "message.edit": views.Sent,
    "message.recall": views.Sent,
    "reaction.set": views.Sent,
    "cursor.set": views.Cursor,
    "events.list": views.Events,
    "presence.watch": views.Page[views.Presence],
    "readers.watch": views.Page[views.ReadCount],
    "typing": None,  # a notification: it is not answered
    "ping": views.Now,
}
NOTIFICATIONS: dict[str, Any] = {
    "event": views.Event,
    "state": views.State,
    "readers": views.ReadCount,
    "presence": views.Presence,
    "typing": views.Typing,
    "lagging": views.Empty,
    "goodbye": views.Goodbye,
}


def openapi() -> dict[str, Any]:
    """The OpenAPI document. The routes are only read, so the services behind them are not made."""
    return application(cast(Services, None)).openapi_schema.to_schema()


def socket() -> dict[str, Any]:
    """JSON Schema of what is said on the socket, and every type that REST has besides."""
    if RESULTS.keys() != rpc.METHODS.keys():
        unlike = sorted(RESULTS.keys() ^ rpc.METHODS.keys())
        raise SystemExit(f"tools/schema.py and protocol.rpc.METHODS do not name the same methods: {', '.join(unlike)}.")
    said = [*rpc.METHODS.values(), *filter(None, RESULTS.values()), *NOTIFICATIONS.values()]
    types = list(dict.fromkeys([*said, *structs(views), *structs(requests), *structs(bodies)]))
    shapes, definitions = msgspec.json.schema_components(types, ref_template=REF)
    shape_of = dict(zip(types, shapes, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Yanxin: what is said on the socket",
        "methods": {
            name: {"params": shape_of[params], "result": shape_of[RESULTS[name]] if RESULTS[name] else None}
            for name, params in rpc.METHODS.items()
        },
        "notifications": {name: shape_of[type_] for name, type_ in NOTIFICATIONS.items()},
        "$defs": dict(sorted(definitions.items())),
    }


def structs(module: ModuleType) -> Iterator[type[msgspec.Struct]]:
    """The types that `module` itself defines, but for those that only others are made from."""
    own = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == module.__name__
    ]
    for each in own:
        if not any(other is not each and issubclass(other, each) for other in own):
            yield each


def typescript(schema: str) -> str:
    """The web client's types, from the text of schema.json."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "schema.json"), Path(folder, "generated.ts")
        source.write_text(schema, "utf-8")
        writer = ROOT / "web" / "tools" / "wire-types.mjs"
        subprocess.run([ROOT / ".venv" / "bin" / "node", writer, source, target], check=True)
        return target.read_text("utf-8")


def documents() -> dict[Path, str]:
    """Every generated file and what should be in it."""
    schema = text(socket())
    return {
        ROOT / "protocol" / "openapi.json": text(openapi()),
        ROOT / "protocol" / "schema.json": schema,
        ROOT / "web" / "src" / "protocol" / "generated.ts": typescript(schema),
    }


def text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    stale = {file: wanted for file, wanted in documents().items() if not is_as(file, wanted)}
    if arguments == ["--check"]:
        if stale:
            names = ", ".join(str(file.relative_to(ROOT)) for file in stale)
            print(f"Not as the code's types have it: {names}; run `.venv/bin/python tools/schema.py`.")
        return 1 if stale else 0
    if arguments:
        print(__doc__)
        return 2
    for file, wanted in stale.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted, "utf-8")
        print(f"written: {file.relative_to(ROOT)}")
    return 0


def is_as(file: Path, wanted: str) -> bool:
    return file.exists() and file.read_text("utf-8") == wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
