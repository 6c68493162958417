"""Prepared statements: spelled in Core, compiled once, run by the driver.

SQLAlchemy builds, hashes and looks up a statement each time it is executed; that costs ten times
what SQLite needs to answer. What every connection and every page asks is therefore prepared. The
values that come back are the driver's own: SQLite has 0 and 1 for false and true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Executable, bindparam, or_

from yanxin.store import dialects

_SIZES: Final = (1, 4, 16, 64, 256)


class Prepared:
    """`statement`, whose parameters are given in the order of `names`."""

    def __init__(self, statement: Executable | Callable[[Connection | Engine], Executable], *names: str) -> None:
        """A function of the connection makes the statement where the words differ between databases."""
        self._statement = statement
        self._names = names
        self._compiled: dict[str, dialects.DriverStatement] = {}

    def on(self, bind: Connection | Engine) -> dialects.DriverStatement:
        """The statement as the driver of `bind` takes it."""
        compiled = self._compiled.get(bind.dialect.name)
        if compiled is None:
            statement = self._statement if isinstance(self._statement, Executable) else self._statement(bind)
            compiled = dialects.driver_statement(bind, statement, self._names)
            self._compiled[bind.dialect.name] = compiled
        return compiled


class PreparedList:
    """A statement over a list: `make(parameters)` spells it for as many parameters as it is given.

    Lists are filled up to 1, 4, 16, 64 or 256 by repeating their last, so that few statements
    serve all; a longer list takes several turns. `names` are the parameters that stand before.
    """

    def __init__(self, make: Callable[[list[Any]], Executable], *names: str, width: int = 1) -> None:
        self._make = make
        self._names = names
        self._width = width
        self._sizes: dict[int, Prepared] = {}

    def turns(
        self, bind: Connection | Engine, values: Sequence[Any], items: Sequence[Any]
    ) -> Iterator[tuple[dialects.DriverStatement, Sequence[Any]]]:
        """For each turn: the driver's statement and its values. With `width` 2 the items are pairs."""
        for start in range(0, len(items), _SIZES[-1]):
            part = items[start : start + _SIZES[-1]]
            size = next(each for each in _SIZES if each >= len(part))
            filled = [*part, *[part[-1]] * (size - len(part))]
            flat = filled if self._width == 1 else [value for item in filled for value in item]
            yield self._of(size).on(bind), (*values, *flat)

    def _of(self, size: int) -> Prepared:
        prepared = self._sizes.get(size)
        if prepared is None:
            names = [f"item_{index}" for index in range(size * self._width)]
            parameters: list[Any] = [bindparam(name) for name in names]
            prepared = self._sizes[size] = Prepared(self._make(parameters), *self._names, *names)
        return prepared


def pairs(one: ColumnElement[Any], other: ColumnElement[Any], parameters: list[Any]) -> ColumnElement[bool]:
    """Whether (`one`, `other`) is among the pairs that `parameters` stand for, two by two."""
    return or_(*((one == a) & (other == b) for a, b in zip(parameters[::2], parameters[1::2], strict=True)))
