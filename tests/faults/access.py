"""`scripts/fault access`: the access matrix, cell by cell, before a Home Assistant in this process."""

from pathlib import Path

import pytest

from .outcome import Outcome

MATRIX = Path(__file__).parents[1] / "ha" / "test_access_matrix.py"


class _Tally:
    """Counts what the tests say of themselves."""

    def __init__(self) -> None:
        self.cells = self.checks = 0
        self.violated: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = dict(report.user_properties)
        if report.when == "call":
            self.checks += 1
            self.cells += int(str(said.get("cells", 0)))
        if not report.passed:
            self.violated += said.get("wrong") or [f"{report.nodeid}: {report.longreprtext.splitlines()[-1]}"]  # type: ignore[arg-type]


def run(long: bool) -> Outcome:
    """The whole matrix is short; `long` changes nothing."""
    tally = _Tally()
    status = pytest.ExitCode(pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", str(MATRIX)], plugins=[tally]))
    if status is not pytest.ExitCode.OK and not tally.violated:
        tally.violated.append(f"the matrix could not be tried: {status.name}")
    return Outcome(tried={"cells": tally.cells, "checks": tally.checks}, violated=tuple(tally.violated))
