"""Writes the contract that the code's types make: protocol/, and from it the web client's types.

    .venv/bin/python tools/schema.py            write
    .venv/bin/python tools/schema.py --check    only say what is not as the code has it

protocol/openapi.json   the REST interface, as the running server serves it too
protocol/schema.json    JSON Schema of everything on the socket: `x-methods` and `x-notifications` say what goes with what
web/src/protocol/generated.ts   the same types for the client
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from yanxin.http.app import application
from yanxin.http.document import document
from yanxin.http.services import Services
from yanxin.protocol import schema

ROOT = Path(__file__).resolve().parent.parent


def openapi() -> dict[str, Any]:
    """The OpenAPI document. The routes are only read, so the services behind them are not made."""
    return document(application(cast(Services, None)))


def typescript(said: str) -> str:
    """The web client's types, from the text of schema.json."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "schema.json"), Path(folder, "generated.ts")
        source.write_text(said, "utf-8")
        writer = ROOT / "web" / "tools" / "wire-types.mjs"
        subprocess.run([ROOT / ".venv" / "bin" / "node", writer, source, target], check=True)
        return target.read_text("utf-8")


def documents() -> dict[Path, str]:
    """Every generated file and what should be in it."""
    said = text(schema.document())
    return {
        ROOT / "protocol" / "openapi.json": text(openapi()),
        ROOT / "protocol" / "schema.json": said,
        ROOT / "web" / "src" / "protocol" / "generated.ts": typescript(said),
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
