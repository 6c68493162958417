"""The report: what a scenario measured, beside what is to be reached, for people and for programs."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

import msgspec

from bench.machine import Machine
from bench.targets import TARGETS


class Figure(msgspec.Struct):
    """One measured figure. `floor` is what the kernel alone asks for the same; `limit` what is to be reached."""

    key: str
    value: float
    floor: float | None = None
    limit: float | None = None
    runs: list[float] = []
    """The same figure of every run, where there were several; `value` is their median."""

    @property
    def is_reached(self) -> bool | None:
        """None where nothing is to be reached."""
        return None if self.limit is None else self.value <= self.limit


class Report(msgspec.Struct):
    """What came of one scenario. `faults` are broken promises: with one of them, the figures mean nothing."""

    scenario: str
    scale: float
    figures: list[Figure]
    counted: dict[str, float]
    faults: list[str]
    machine: Machine


def figure(key: str, value: float, floor: float | None = None, limit: float | None = None) -> Figure:
    """A figure with the limit that its target sets, unless it is told here."""
    target = TARGETS[key]
    if limit is None:
        limit = target.reach
    if limit is None and target.floors is not None and floor is not None:
        limit = target.floors * floor
    return Figure(key, value, floor, limit)


def median(reports: Sequence[Report]) -> Report:
    """One report of several runs of a scenario: the median of each figure, every fault, the busiest machine."""
    last = reports[-1]
    figures = []
    for index, each in enumerate(last.figures):
        # By place: each run's own limit goes with its own value.
        same = sorted((report.figures[index] for report in reports), key=lambda one: one.value)
        middle = same[len(same) // 2]
        value = statistics.median(one.value for one in same) if len(same) % 2 else middle.value
        figures.append(Figure(each.key, value, middle.floor, middle.limit, [one.value for one in same]))
    busiest = max((report.machine for report in reports), key=lambda machine: machine.load_average)
    faults = [fault for report in reports for fault in report.faults]
    return Report(last.scenario, last.scale, figures, last.counted, faults, busiest)


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """The table, then what went wrong."""
    rows = [("scenario", "", "figure", "floor", "reach", "", "prototype", "ejabberd", "prosody", "Synapse")]
    for report in reports:
        for each in report.figures:
            target = TARGETS[each.key]
            verdict = {True: "reached", False: "MISSED", None: ""}[each.is_reached]
            rows.append(
                (
                    report.scenario,
                    target.says,
                    f"{_number(each.value)} {target.unit}",
                    "" if each.floor is None else _number(each.floor),
                    "" if each.limit is None else f"≤ {_number(each.limit)}",
                    verdict,
                    target.prototype,
                    target.ejabberd,
                    target.prosody,
                    target.synapse,
                )
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for report in reports:
        counted = ", ".join(f"{name} {_number(value)}" for name, value in report.counted.items())
        yield f"{report.scenario}: {counted}; load average {report.machine.load_average}"
    for report in reports:
        for fault in report.faults:
            yield f"FAULT in {report.scenario}: {fault}"


def markdown(reports: Sequence[Report]) -> Iterator[str]:
    """The table of docs/performance.md."""
    yield "| scenario | | figure | runs | floor | reach | | prototype | ejabberd | prosody | Synapse |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for report in reports:
        for each in report.figures:
            target = TARGETS[each.key]
            verdict = {True: "reached", False: "**missed**", None: ""}[each.is_reached]
            runs = " · ".join(_number(run) for run in each.runs)
            floor = "" if each.floor is None else _number(each.floor)
            limit = "" if each.limit is None else f"≤ {_number(each.limit)}"
            others = f"{target.prototype} | {target.ejabberd} | {target.prosody} | {target.synapse}"
            yield (
                f"| {report.scenario} | {target.says} | **{_number(each.value)} {target.unit}** | {runs} "
                f"| {floor} | {limit} | {verdict} | {others} |"
            )


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
