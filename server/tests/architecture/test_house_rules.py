"""The house rules hold for the project, and each of them can fail."""

from __future__ import annotations

import subprocess
from textwrap import dedent

import pytest

from tools import house_rules
from tools.house_rules import RULES_OF_EVERY_FILE, RULES_OF_PYTHON, RULES_OF_THE_SERVER, SERVER, File, broken_in

REGISTRY, NPM_REGISTRY = (".".join(host) for host in house_rules.REGISTRY_HOSTS[:3:2])

BROKEN: list[tuple[str, str, str]] = [
    ("commits_stand_in_one_place", SERVER + "store/log.py", "def f(sql): sql.commit()"),
    ("commits_stand_in_one_place", SERVER + "actions/messages.py", "def f(tx): tx.sql.connection.commit()"),
    ("commits_stand_in_one_place", SERVER + "store/log.py", "def f(sql): sql.execute('COMMIT')"),
    ("commits_stand_in_one_place", SERVER + "store/log.py", "def f(self):\n with self.engine.begin(): pass"),
    ("entrances_do_not_speak_sql", SERVER + "http/messages.py", "from sqlalchemy import select"),
    ("entrances_do_not_speak_sql", SERVER + "gateway/session.py", "import sqlalchemy.orm"),
    ("entrances_do_not_speak_sql", SERVER + "delivery/feed.py", "def f():\n from yanxin.store.tables import events"),
    ("entrances_do_not_speak_sql", SERVER + "http/messages.py", "from yanxin.store import tables"),
    ("conversations_are_fetched_by_access", SERVER + "actions/x.py", "def f(tx): tx.conversations.get(1)"),
    ("conversations_are_fetched_by_access", SERVER + "queries/x.py", "def f(self): self.tx.memberships.get((1, 2))"),
    (
        "conversations_are_fetched_by_access",
        SERVER + "actions/x.py",
        """
        from yanxin.access.conversations import enter

        def rename(actor: Actor, where: ConversationId, title: str) -> Work[None]:
            def work(tx): tx.conversations.edit(where).title = title
            return work
        """,
    ),
    ("the_domain_has_no_clock_and_does_not_wait", SERVER + "domain/x.py", "from time import monotonic"),
    ("the_domain_has_no_clock_and_does_not_wait", SERVER + "domain/x.py", "import time"),
    (
        "the_domain_has_no_clock_and_does_not_wait",
        SERVER + "domain/x.py",
        "from datetime import datetime, UTC\ndef f(): return datetime.now(UTC)",
    ),
    ("the_domain_has_no_clock_and_does_not_wait", SERVER + "domain/x.py", "async def f(): ..."),
    ("dialects_differ_in_one_place", SERVER + "store/log.py", "def f(bind): return bind.dialect.name == 'sqlite'"),
    ("dialects_differ_in_one_place", SERVER + "queries/x.py", "from sqlalchemy.dialects.postgresql import insert"),
    ("dialects_differ_in_one_place", SERVER + "store/log.py", "import sqlite3"),
    ("importing_does_nothing", SERVER + "http/x.py", "import os\nHOME = os.environ['HOME']"),
    ("importing_does_nothing", SERVER + "http/x.py", "import os\nHOME = os.getenv('HOME')"),
    ("importing_does_nothing", SERVER + "http/x.py", "import time\nSTARTED = time.monotonic()"),
    ("importing_does_nothing", SERVER + "http/x.py", "class A:\n    page = Path('x').read_text()"),
    ("importing_does_nothing", SERVER + "http/x.py", "import time\ndef f(now=time.time()): ..."),
    ("importing_does_nothing", SERVER + "http/x.py", "if True:\n    with open('x') as file: pass"),
    ("only_the_command_line_prints", SERVER + "http/x.py", "def f(): print('here')"),
    ("blind_excepts_say_why", SERVER + "http/x.py", "try: pass\nexcept Exception: pass"),
    ("blind_excepts_say_why", "bench/load.py", "try: pass\nexcept (OSError, BaseException): pass"),
    ("blind_excepts_say_why", "tools/x.py", "try: pass\nexcept: pass"),
    ("blind_excepts_say_why", "tools/x.py", "try: pass\nexcept Exception:\n    x = '# not a comment'"),
    ("modules_are_named_for_what_they_are", SERVER + "http/utils.py", ""),
    ("modules_are_named_for_what_they_are", "web/src/helpers/dates.ts", ""),
    ("modules_are_named_for_what_they_are", "web/src/state/common.ts", ""),
    ("modules_are_named_for_what_they_are", SERVER + "delivery/session_manager.py", ""),
    ("modules_are_named_for_what_they_are", "server/tests/misc/test_x.py", ""),
    ("no_registry_is_named", "README.md", f"Get it from https://{REGISTRY}/simple"),
    ("no_registry_is_named", "web/.npmrc", f"registry=https://{NPM_REGISTRY}/"),
    ("no_registry_is_named", "requirements/runtime.txt", "--find-links /opt/wheels"),
    ("no_registry_is_named", "requirements/runtime.txt", "--extra-index-url https://mirror.example/simple"),
    ("no_registry_is_named", "web/package-lock.json", '      "resolved": "https://mirror.example/react.tgz",'),
]

SOUND: list[tuple[str, str]] = [
    (SERVER + "store/database.py", "def f(sql): sql.commit()"),
    (SERVER + "actions/messages.py", "from sqlalchemy import select\nfrom yanxin.store.tables import events"),
    (SERVER + "control/commands.py", "from sqlalchemy.exc import DBAPIError"),
    (SERVER + "bootstrap/core.py", "from sqlalchemy import Engine, select"),
    (SERVER + "access/conversations.py", "def enter(tx): return tx.conversations.get(1)"),
    (
        SERVER + "actions/x.py",
        """
        from yanxin.access.conversations import enter

        def rename(actor: Actor, where: ConversationId, title: str) -> Work[None]:
            return lambda tx: _rename(tx, actor, where, title)

        def _rename(tx, actor: Actor, where: ConversationId, title: str) -> None:
            enter(tx, actor, where)
        """,
    ),
    (SERVER + "delivery/feed.py", "def f(self, where): return self.conversations.get(where)"),
    (SERVER + "domain/x.py", "from datetime import datetime\ndef f(now: datetime) -> datetime: return now"),
    (SERVER + "store/dialects.py", "import sqlite3\nSQLITE = 'sqlite'"),
    (SERVER + "store/log.py", "'''On SQLite and PostgreSQL alike.'''"),
    (SERVER + "http/x.py", "import os\nlog = get_logger()\nLIMIT = int('3')\ndef f(): return os.environ"),
    (SERVER + "http/x.py", "WAIT = lambda: time.time()\nif __name__ == '__main__':\n    open('x')"),
    (SERVER + "cli/main.py", "def f(): print('here')"),
    (
        SERVER + "http/x.py",
        "try: pass\nexcept Exception:\n    # The edge of the task: whatever it was is logged.\n    log()",
    ),
    (SERVER + "http/x.py", "try: pass\nexcept Exception as error:  # the edge of the task\n    log(error)"),
    (SERVER + "http/x.py", "try: pass\nexcept BaseException:\n    undo()\n    raise"),
    (SERVER + "http/x.py", "try: pass\nexcept ValueError: pass"),
    (SERVER + "domain/commonness.py", ""),
    ("requirements/runtime.txt", "alembic==1.20.1 \\\n    --hash=sha256:00\n    # via -r requirements.in"),
    ("web/package-lock.json", '      "integrity": "sha512-x==",'),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_broken_rule_is_named(rule: str, path: str, text: str) -> None:
    named = list(broken_in(File(path, dedent(text))))
    assert len(named) == 1, named
    assert named[0].startswith(f"{path}:")
    assert named[0].endswith(f"({rule})")


@pytest.mark.parametrize(("path", "text"), SOUND)
def test_what_is_sound_is_let_be(path: str, text: str) -> None:
    assert list(broken_in(File(path, dedent(text)))) == []


def test_every_rule_is_shown_to_fail() -> None:
    rules = {rule.__name__ for rule in (*RULES_OF_EVERY_FILE, *RULES_OF_PYTHON, *RULES_OF_THE_SERVER)}
    assert {rule for rule, _, _ in BROKEN} == rules


def test_every_rule_says_why() -> None:
    for rule in (*RULES_OF_EVERY_FILE, *RULES_OF_PYTHON, *RULES_OF_THE_SERVER):
        assert rule.__doc__


def test_the_project_keeps_its_rules() -> None:
    assert [line for file in house_rules.files_of_the_project() for line in broken_in(file)] == []


def test_files_that_are_not_yet_committed_are_read_too() -> None:
    """A rule that looks only at what is committed is heard a commit too late."""
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--cached", "--exclude-standard"],
        cwd=house_rules.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "pyproject.toml" in listed
    assert not any(path.startswith((".venv/", "web/node_modules/", "web/dist/")) for path in listed)
