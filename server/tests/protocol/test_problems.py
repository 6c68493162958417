"""Refusals and their sentences: every code has them, every one is used, and they say their facts."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yanxin
from yanxin.domain.refusals import Fact, Refused
from yanxin.protocol import problems
from yanxin.protocol.problems import PROBLEMS

SOURCE = Path(yanxin.__file__).parent
SENTENCES = SOURCE / "protocol" / "problems.py"


def sources() -> list[Path]:
    """The server's modules. What a client says of its own is another matter."""
    others = {SENTENCES, *SOURCE.joinpath("client").rglob("*.py"), *SOURCE.joinpath("testing").rglob("*.py")}
    return [path for path in SOURCE.rglob("*.py") if path not in others]


def raised() -> Iterator[tuple[str, set[str]]]:
    """Each `Refused("code", fact=…)` in the source: the code and the names of its facts."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Refused"
                and node.args
            ):
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value, {keyword.arg for keyword in node.keywords if keyword.arg is not None}


def words() -> set[str]:
    """Every string that stands in the source beside the table of sentences: codes that are handed on, too."""
    found: set[str] = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def named(sentence: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_code_that_is_raised_has_its_sentences() -> None:
    assert {code for code, _ in raised()} - PROBLEMS.keys() == set()


def test_every_sentence_is_of_a_code_that_is_raised() -> None:
    assert PROBLEMS.keys() - words() == set()


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_has_a_status_and_a_sentence_in_both_languages(code: str) -> None:
    status, chinese, english = PROBLEMS[code]
    assert status in (400, 401, 403, 404, 405, 409, 413, 429, 500, 503, 507)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert english.isascii()
    assert named(chinese) == named(english), "both say the same"
    assert not english.endswith(".")
    assert not chinese.endswith("。")
    assert (code.endswith(".not_found")) == (status == 404 and code != "setup.closed")


def test_a_sentence_has_the_facts_that_it_names() -> None:
    """At every place that raises the code."""
    facts = defaultdict(list)
    for code, given_facts in raised():
        facts[code].append(given_facts)
    for code, places in facts.items():
        if code in PROBLEMS:
            for given_facts in places:
                assert named(PROBLEMS[code][1]) <= given_facts, code


def test_a_problem_says_its_facts() -> None:
    told = problems.of(Refused("message.too_long", limit=20_000), "zh")
    assert (told.title, told.detail) == ("消息过长，最多 20000 字",) * 2
    assert (told.type, told.status, told.code) == ("urn:yanxin:problem:message.too_long", 400, "message.too_long")
    assert told.params == {"limit": 20_000}
    assert problems.of(Refused("message.too_long"), "en").title == "The message is too long; at most … characters"


facts: st.SearchStrategy[Fact] = st.text() | st.integers() | st.booleans() | st.none()


@given(st.sampled_from(sorted(PROBLEMS)), st.dictionaries(st.sampled_from(["limit", "reason", "username"]), facts))
def test_no_fact_breaks_a_sentence(code: str, given_facts: dict[str, Fact]) -> None:
    """Neither braces in it nor its type: what people typed may stand in a reason."""
    for language in problems.LANGUAGES:
        told = problems.of(Refused(code, **given_facts), language)
        assert told.title
        assert told.params == given_facts


@given(st.text())
def test_any_header_gives_a_language(header: str) -> None:
    assert problems.language_of(header) in problems.LANGUAGES


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("EN-us", "en"),
        ("zh-Hant-TW", "zh"),
        ("ja, ko", "zh"),
        ("en;q=0", "zh"),
        ("en;q=0.1", "en"),
        ("en; q=0.9, zh; q=0.8", "en"),
        ("zh;q=0.5, en;q=0.5", "zh"),
        ("en;level=1", "en"),
        ("english", "zh"),
    ],
)
def test_the_language_is_the_one_that_is_liked_best(header: str | None, language: str) -> None:
    assert problems.language_of(header) == language
