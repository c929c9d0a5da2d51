"""Which tests run when: `--long` for long ones; in CI, nothing that needs the outside world may be skipped.

What ran, and what failed, is told to whoever runs several pytests side by side (`scripts/test`, `.ci/run`).
"""

from collections.abc import Generator
import os
from pathlib import Path

import pytest

OUTSIDE_MARKS = ("rtsp", "browser", "process", "fault")
"""Marks of tests that need something real, which a developer's machine may lack and CI may not."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="only with --long"))


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself takes its tests' marks with it, so in CI no module may."""
    report = yield
    if report.skipped and _in_ci():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped itself, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marks = [mark for mark in OUTSIDE_MARKS if item.get_closest_marker(mark)]
    if marks and report.skipped and _in_ci() and not item.get_closest_marker("long"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs {', '.join(marks)} and was skipped: {report.longrepr}"
    if report.passed and report.when == "call" and (ran_file := os.environ.get("LOCALCAM_RAN_FILE")):
        with Path(ran_file).open("a") as file:
            file.writelines(f"{mark}\n" for mark in marks)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if failed_file := os.environ.get("LOCALCAM_FAILED_FILE"):
        with Path(failed_file).open("a") as file:
            for outcome in ("failed", "error"):
                file.writelines(f"{report.nodeid}\n" for report in terminalreporter.stats.get(outcome, ()))
