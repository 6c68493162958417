"""Fragments become a section of the change log."""

from __future__ import annotations

from datetime import date

import pytest

from tools.changelog import section, with_section

DAY = date(2026, 11, 24)


def test_fragments_stand_under_their_kind_and_the_commit_is_named() -> None:
    text = section(
        "0.1.0", "0123456789ab", DAY, {"b.fixed.md": "It\nworks.\n", "a.added.md": "Talk.", "c.added.md": "X"}
    )
    assert text.splitlines() == [
        *("## 0.1.0 · 2026-11-24 · commit 0123456789ab", ""),
        *("### Added", "", "- Talk.", "- X", ""),
        *("### Fixed", "", "- It works."),
    ]


def test_a_kind_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match=r"changes/a\.feature\.md"):
        section("0.1.0", "0", DAY, {"a.feature.md": "x"})


def test_the_newest_version_stands_first() -> None:
    log = with_section("# Changes\n\nWords.\n", section("0.1.0", "0", DAY, {"a.added.md": "x"}))
    log = with_section(log, section("0.2.0", "1", DAY, {"a.fixed.md": "y"}))
    assert [line for line in log.splitlines() if line.startswith("#")] == [
        *("# Changes", "## 0.2.0 · 2026-11-24 · commit 1", "### Fixed"),
        *("## 0.1.0 · 2026-11-24 · commit 0", "### Added"),
    ]
    assert "Words." in log
