"""The rules of docs/architecture.md that neither the type checker nor the import contract can hold.

    .venv/bin/python tools/house_rules.py     each broken rule as one line: file:line: what and why

A rule is a function from one file to the places where it is broken. A rule that gets in the way of something good
is changed here, in the same commit, with its reason; there is no comment that switches one off.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
SERVER = "server/src/yanxin/"


@dataclass(frozen=True)
class File:
    """A file of the project: where it is, from the checkout's root, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def commented(self) -> frozenset[int]:
        """The numbers of the lines on which a comment stands."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)

    def is_in(self, *rooms: str) -> bool:
        """Whether this is (in) one of `rooms` of the server: "domain", "store/database.py"."""
        return any(
            self.path == SERVER + room or self.path.startswith(f"{SERVER}{room.removesuffix('/')}/") for room in rooms
        )


Broken = Iterator[tuple[int, str]]
"""Line numbers, from 1, and what is wrong there."""


# ---------------------------------------------------------------- rules of the server's modules


def commits_stand_in_one_place(file: File) -> Broken:
    """Shared commits and "acknowledged = on disk" can be shown only while one module commits."""
    if file.is_in("store/database.py", "store/migrations"):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"commit", "executescript"}:
                yield node.lineno, f"`.{node.func.attr}()` commits; only store/database.py does"
            if node.func.attr == "begin" and dotted(node.func).split(".")[-2] in {"engine", "_engine"}:
                yield node.lineno, "`engine.begin()` commits at its end; only store/database.py does"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"\s*COMMIT\b", node.value):
            yield node.lineno, "a COMMIT in SQL; only store/database.py commits"


def entrances_do_not_speak_sql(file: File) -> Broken:
    """What entrances and delivery could read by a query of their own, no doorway would have looked at."""
    if file.is_in("store", "access", "actions", "queries", "bootstrap", "testing"):
        return
    for line, module in imports(file.tree):
        speaks = module.partition(".")[0] in {"sqlalchemy", "alembic", "sqlite3", "psycopg"}
        if speaks and not module.startswith("sqlalchemy.exc"):  # who knows an error has not read anything
            yield line, f"imports {module}; SQL is spoken in store, access, actions and queries"
        if module == "yanxin.store.tables":
            yield line, "imports the tables; they are for store, access, actions and queries"


def conversations_are_fetched_by_access(file: File) -> Broken:
    """(actor, id) → a thing that the actor may touch, or 404: in one place, so that no route can forget it."""
    if not file.is_in("access", "store", "testing"):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and dotted(node.func).endswith(FETCHES):
                yield node.lineno, f"fetches with `{dotted(node.func)}()`; ask access for what the actor may touch"
    if file.is_in("actions", "queries"):
        doors = doors_in(file.tree)
        for node in file.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                given = {name for each in parameters(node) if each for name in names_in(each)}
                if {"Actor", "ConversationId"} <= given and not doors & names_in(node):
                    yield node.lineno, f"`{node.name}` is given an actor and a conversation's id and never asks access"


def doors_in(tree: ast.Module) -> set[str]:
    """Names that lead to access: what is imported from it, and this module's functions that call one of those."""
    doors = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("yanxin.access")
        for alias in node.names
    }
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for _ in functions:  # a chain of calls is no longer than there are functions
        doors |= {function.name for function in functions if doors & names_in(function)}
    return doors


FETCHES = ("tx.conversations.get", "tx.memberships.get")
"""The calls that turn an id into a conversation or somebody's membership of it."""


def the_domain_has_no_clock_and_does_not_wait(file: File) -> Broken:
    """Rules are told the time, so they can be tested at any time; they do no I/O, so there is nothing to await."""
    if not file.is_in("domain"):
        return
    for line, module in imports(file.tree):
        if module.split(".")[0] in {"time", "sched", "asyncio"}:
            yield line, f"imports {module}; the domain is told the time and waits for nothing"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "async in the domain; it is plain values and rules"
        if isinstance(node, ast.Attribute) and dotted(node).endswith(CLOCKS):
            yield node.lineno, f"reads the clock with `{dotted(node)}`; the domain is told the time"


CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")


def dialects_differ_in_one_place(file: File) -> Broken:
    """A third database, or a new release of one, must be one module's work."""
    if not file.path.startswith(SERVER) or file.is_in("testing", "config", *DIALECTS):
        return
    for line, module in imports(file.tree):
        if module.split(".")[0] in {"sqlite3", "psycopg"} or module.startswith("sqlalchemy.dialects"):
            yield line, f"imports {module}; what differs between databases is in store/dialects.py"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and node.value in {"sqlite", "postgresql", "sqlite3", "psycopg"}:
            yield node.lineno, f"names {node.value!r}; what differs between databases is in store/dialects.py"


DIALECTS = ("store/dialects.py", "store/tables.py", "store/migrations")
"""Where databases may be named: beside dialects, where tables are declared (an index that only one database has)."""


def importing_does_nothing(file: File) -> Broken:
    """A module that acts when it is imported cannot be tested, ordered or started with other settings."""
    if not file.path.startswith(SERVER):
        return
    for node in import_time(file.tree):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            if called in ACTS or called.startswith(ACTING) or called.rpartition(".")[2] in ACTING_METHODS:
                yield node.lineno, f"calls `{called}()` when imported; importing only defines"
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.environb", "sys.argv"}:
            yield node.lineno, f"reads `{dotted(node)}` when imported; settings are read in config"


ACTS = {
    *("open", "input", "print", "exec", "eval", "datetime.now", "datetime.utcnow", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "create_engine", "Thread"),
}
ACTING = ("os.get", "os.stat", "os.list", "os.open", "time.", "socket.", "subprocess.", "asyncio.", "threading.Thread")
ACTING_METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "exists", "is_file", "is_dir", "mkdir", "glob", "rglob"),
    *("iterdir", "resolve", "cwd", "home", "connect", "urlopen", "getenv", "gethostname"),
}


def blind_excepts_say_why(file: File) -> Broken:
    """Catch what you can mend. A handler for everything stands at the edge of a task and says why."""
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.ExceptHandler) or not is_blind(node.type):
            continue
        last = node.body[-1]
        passes_on = isinstance(last, ast.Raise) and last.exc is None
        header = range(node.lineno, node.body[0].lineno + 1)
        if not passes_on and not file.commented.intersection(header):
            yield node.lineno, "catches everything without a comment that says why"


def is_blind(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(is_blind, caught.elts))
    return caught is None or dotted(caught).rpartition(".")[2] in {"Exception", "BaseException"}


def only_the_command_line_prints(file: File) -> Broken:
    """A server's words are log events; standard output belongs to whoever called the command."""
    if not file.path.startswith(SERVER) or file.is_in("cli"):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield node.lineno, "prints; log an event, or return it to cli/"


# ---------------------------------------------------------------- rules of every file


def modules_are_named_for_what_they_are(file: File) -> Broken:
    """When only `utils` comes to mind, look for the noun: the util that splits a list into pages is paging.pages_of."""
    if PurePosixPath(file.path).suffix not in {".py", ".ts", ".tsx", ".js", ".css"}:
        return
    for part in PurePosixPath(file.path).parts:
        if NO_NAME.fullmatch(part.partition(".")[0].lower()):
            yield 1, f"“{part}” is no name; what is in it?"


NO_NAME = re.compile(r"_?(utils?|utilities|helpers?|commons?|managers?|misc)|\w+_(utils?|helpers?|manager)")


def no_registry_is_named(file: File) -> Broken:
    """Who builds behind a wall has mirrors; a committed address would lead round them or fail."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if REGISTRIES.search(line):
            yield number, "names the host of a package registry"
        if file.path.startswith("requirements/") and re.match(r"\s*(--(extra-)?index-url|--find-links|-i|-f)\b", line):
            yield number, "says where packages come from; that is the machine's to say"
        if file.path.endswith("package-lock.json") and '"resolved": "http' in line:
            yield number, "keeps a download address; write the lock with `make lock`"


# In pieces, since this file is read too.
REGISTRY_HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("npmmirror", "com"),
    ("crates", "io"),
    ("deb", "debian", "org"),
)
REGISTRIES = re.compile(r"\b(" + "|".join(re.escape(".".join(host)) for host in REGISTRY_HOSTS) + r")\b")


RULES_OF_THE_SERVER: tuple[Callable[[File], Broken], ...] = (
    commits_stand_in_one_place,
    entrances_do_not_speak_sql,
    conversations_are_fetched_by_access,
    the_domain_has_no_clock_and_does_not_wait,
    dialects_differ_in_one_place,
    importing_does_nothing,
    only_the_command_line_prints,
)
RULES_OF_PYTHON: tuple[Callable[[File], Broken], ...] = (blind_excepts_say_why,)
RULES_OF_EVERY_FILE: tuple[Callable[[File], Broken], ...] = (
    modules_are_named_for_what_they_are,
    no_registry_is_named,
)


# ---------------------------------------------------------------- reading Python


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names; what is not a name in it becomes `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def names_in(node: ast.AST) -> set[str]:
    """Every plain name that occurs in `node`."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr | None]:
    """The annotations of the parameters of `function`."""
    arguments = function.args
    return [each.annotation for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every import, also inside functions and for types alone: its line, and the module as a dotted name.

    `from a import b` gives a and a.b, since b may be a module.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def import_time(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported: all but the bodies of functions and of `if __name__ == "__main__"`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda) or (isinstance(child, ast.If) and "__main__" in ast.dump(child.test)):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for early in (*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)):
                yield early
                yield from import_time(early)
            continue
        yield child
        yield from import_time(child)


# ---------------------------------------------------------------- running


def broken_in(file: File) -> Iterator[str]:
    """Every rule that `file` breaks, as `path:line: what`; at most one word per rule and line."""
    rules = [*RULES_OF_EVERY_FILE]
    if file.path.endswith(".py"):
        rules += RULES_OF_PYTHON
        if file.path.startswith(SERVER):
            rules += RULES_OF_THE_SERVER
    for rule in rules:
        told: set[int] = set()
        for line, what in rule(file):
            if line not in told:
                yield f"{file.path}:{line}: {what} ({rule.__name__})"
            told.add(line)


def files_of_the_project() -> Iterator[File]:
    """Every file that is committed, or would be by `git add --all`; what is no text is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for path in sorted(filter(None, listed.split("\0"))):
        try:
            text = (ROOT / path).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture; deleted but not yet committed; a submodule
        yield File(path, text)


def main() -> int:
    found = [line for file in files_of_the_project() for line in broken_in(file)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
