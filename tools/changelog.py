"""Moves the files in changes/ into CHANGELOG.md, under the present version and the commit that it is.

    .venv/bin/python tools/changelog.py

Run it on the commit that is to be the version, and commit what it changes as the next one.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from yanxin import __version__

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"added": "Added", "changed": "Changed", "fixed": "Fixed", "removed": "Removed", "security": "Security"}


def section(version: str, commit: str, day: date, fragments: dict[str, str]) -> str:
    """The part of the change log for `version`, from {file name: text}. ValueError for a name of no known kind."""
    lines = [f"## {version} · {day.isoformat()} · commit {commit}", ""]
    of_kind: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name, text in sorted(fragments.items()):
        kind = name.removesuffix(".md").rpartition(".")[2]
        if kind not in KINDS:
            raise ValueError(f"changes/{name}: name it WORDS.KIND.md, the kind one of {', '.join(KINDS)}")
        of_kind[kind].append("- " + " ".join(text.split()))
    for kind, items in of_kind.items():
        if items:
            lines += [f"### {KINDS[kind]}", "", *items, ""]
    return "\n".join(lines)


def with_section(log: str, new: str) -> str:
    """`log` with `new` before its newest version."""
    head, mark, versions = log.partition("\n## ")
    return f"{head.rstrip()}\n\n{new}{mark}{versions}".rstrip() + "\n"


def main() -> int:
    fragments = {file.name: file for file in (ROOT / "changes").glob("*.md") if file.name != "README.md"}
    if not fragments:
        print("Nothing in changes/ to move.")
        return 1
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    texts = {name: file.read_text("utf-8") for name, file in fragments.items()}
    log = ROOT / "CHANGELOG.md"
    try:
        new = section(__version__, commit, datetime.now(UTC).date(), texts)
    except ValueError as wrong:
        print(wrong)
        return 1
    log.write_text(with_section(log.read_text("utf-8"), new), "utf-8")
    for file in fragments.values():
        file.unlink()
    print(f"{len(fragments)} changes are in CHANGELOG.md, under {__version__} ({commit}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
