"""`yanxin bench`: runs scenarios and prints what they cost beside what they may cost."""

from __future__ import annotations

import asyncio
import importlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import uvloop

from bench import machine, report
from bench.running import Asked

SCENARIOS: Final = ("connect", "direct", "fanout", "groups", "read", "history", "storm")


@click.command()
@click.argument("scenario", type=click.Choice([*SCENARIOS, "all"]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table of docs/performance.md.")
@click.option("--scale", type=click.FloatRange(0.001, 1), default=1.0, help="A part of the people: 0.1 is quick.")
@click.option("--seconds", type=click.FloatRange(1), help="How long phases last that last some time.")
@click.option("--runs", type=click.IntRange(1), default=1, help="How often; the median is told.")
@click.option("--profile", is_flag=True, help="Show where the server's CPU goes; the figures are worth nothing then.")
def main(
    scenario: str,
    as_json: bool,
    as_markdown: bool,
    scale: float,
    seconds: float | None,
    runs: int,
    profile: bool,
) -> None:
    """Measures this machine with this version.

    Every delivery is counted: one that is lost, doubled or out of order is a fault, and the exit
    code is 1. A figure that misses its target is shown as missed and is no fault.
    """
    asked = Asked(scale, seconds, profile)
    if runs == 1 and scenario != "all":
        reports = [_run(scenario, asked)]
    else:
        # Each run has a process of its own, so that none inherits another's memory.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        reports = []
        for each in SCENARIOS if scenario == "all" else (scenario,):
            if not as_json:
                click.echo(f"{each} …", err=True)
            reports.append(report.median([_run_apart(each, asked) for _ in range(runs)]))
    if as_json:
        told = reports if scenario == "all" else reports[0]
        click.echo(msgspec.json.encode(told).decode())
    else:
        for line in report.markdown(reports) if as_markdown else report.lines(reports):
            click.echo(line)
    if any(each.faults for each in reports):
        raise SystemExit(1)


def _run(scenario: str, asked: Asked) -> report.Report:
    begun = importlib.import_module(f"bench.scenarios.{scenario}")
    busy = machine.load_average()
    made: report.Report = uvloop.run(_ending_in_order(begun.run(asked)))
    # How busy it was before tells whether others disturbed it; how busy afterwards, mostly that we did.
    made.machine = msgspec.structs.replace(made.machine, load_average=busy)
    return made


async def _ending_in_order(run: Coroutine[Any, Any, report.Report]) -> report.Report:
    """Runs it; told to end, the server and the folder that belong to it go first."""
    task = asyncio.ensure_future(run)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _run_apart(scenario: str, asked: Asked) -> report.Report:
    command = [sys.executable, "-m", "bench", scenario, "--json", "--scale", str(asked.scale)]
    if asked.seconds is not None:
        command += ["--seconds", str(asked.seconds)]
    if asked.profile:
        command.append("--profile")
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, cwd=Path(__file__).parent.parent)
        try:
            code = process.wait()
        finally:
            # Where this one is told to end, so is that one, and takes its server with it.
            process.terminate()
            process.wait()
        output.seek(0)
        told = output.read()
    if code not in (0, 1) or not told:
        raise click.ClickException(f"{scenario} did not come to its end (exit code {code}).")
    return msgspec.json.decode(told, type=report.Report)
