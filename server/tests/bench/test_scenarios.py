"""Every scenario runs, small; and fails when a delivery does not come as it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import bench.members
from bench import command, report
from bench.members import Member
from bench.targets import TARGETS
from bench.wire import Frame

CHECKOUT = Path(command.__file__).parent.parent
SMALL = ("--json", "--scale", "0.005", "--seconds", "1")


@pytest.mark.parametrize("scenario", command.SCENARIOS)
def test_a_scenario_runs_and_finds_no_fault(scenario: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench", scenario, *SMALL], capture_output=True, cwd=CHECKOUT, timeout=120, check=False
    )

    assert ended.returncode == 0, ended.stderr.decode()
    told = msgspec.json.decode(ended.stdout, type=report.Report)
    assert told.faults == []
    assert {figure.key for figure in told.figures} == {
        key for key, target in TARGETS.items() if target.scenario == scenario
    }
    assert all(figure.value > 0 for figure in told.figures if figure.key not in MAY_BE_NOTHING)
    assert all(value > 0 for name, value in told.counted.items() if "idle" not in name)


MAY_BE_NOTHING = {"read", "connect.plain.rss", "connect.tls.rss"}
"""What is a difference of two measurements is lost in the noise where there are fifty people."""


class _Tampering:
    """Stands between the wire and one listener and does something to the third event that passes."""

    def __init__(self, how: str) -> None:
        self._how = how
        self._passed = 0
        self._kept: tuple[Frame, bytes] | None = None
        self._told = Member.told

    def told(self, member: Member, frame: Frame, payload: bytes) -> None:
        if member.number == 3 and frame.method == "event":
            self._passed += 1
            if self._passed == 3 and self._how == "lost":
                return
            if self._passed == 3 and self._how == "doubled":
                self._told(member, frame, payload)
            if self._passed == 3 and self._how == "disordered":
                self._kept = frame, payload
                return
        self._told(member, frame, payload)
        if member.number == 3 and self._kept is not None:
            kept, self._kept = self._kept, None
            self._told(member, *kept)


@pytest.mark.parametrize("how", ["lost", "doubled", "disordered"])
@pytest.mark.parametrize("scenario", ["groups", "fanout"])
def test_one_delivery_that_goes_wrong_fails_the_run(
    scenario: str, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tampering = _Tampering(how)
    monkeypatch.setattr(Member, "told", lambda *arguments: tampering.told(*arguments))
    monkeypatch.setattr(bench.members, "PATIENCE_SECONDS", 1.0)

    with pytest.raises(SystemExit) as ended:
        command.main([scenario, *SMALL], standalone_mode=False)

    assert ended.value.code == 1
    faults = msgspec.json.decode(capsys.readouterr().out, type=report.Report).faults
    assert any(fault.startswith("person 3 heard") for fault in faults)
