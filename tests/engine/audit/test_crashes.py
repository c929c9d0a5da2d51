"""A power cut or a kill at any point leaves a valid prefix that holds all that was acknowledged."""

import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.localcam.engine.audit.log import LOG_NAME
from custom_components.localcam.engine.audited import AuditQuery

from .logs import a_log, a_view

PROJECT = Path(__file__).resolve().parents[3]
APPENDS = """
import sys
sys.path.insert(0, {project!r})
import conftest
from pathlib import Path
from tests.engine.audit.logs import a_log, a_view
log = a_log(Path({folder!r}))
for number in range(100_000):
    entries = log.append([a_view(number % 50)] * (1 + number % 3))
    if number % 10 == 9:
        log.checkpoint()
    print(entries[-1].seq, flush=True)
"""


@pytest.fixture(scope="module")
def journalled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose last twenty commits are in its journal only, as after a power cut."""
    folder = tmp_path_factory.mktemp("journalled")
    log = a_log(folder / "writing")
    for number in range(20):
        log.append([a_view(number)])
        if number % 6 == 5:
            log.checkpoint()
    shutil.copytree(folder / "writing", folder / "cut")
    log.close()
    return folder / "cut"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(share=st.floats(0, 1))
def test_a_journal_cut_anywhere_leaves_a_valid_prefix(journalled: Path, share: float) -> None:
    folder = journalled.with_name("attempt")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(journalled, folder)
    (folder / f"{LOG_NAME}-shm").unlink()
    journal = folder / f"{LOG_NAME}-wal"
    with journal.open("r+b") as file:
        file.truncate(round(share * journal.stat().st_size))
    (folder / "keys" / "audit.witness").unlink()  # it knows what this disk has forgotten, and would say so
    log = a_log(folder)
    # What a cut journal may lose at its very beginning is the log's making itself.
    before = len(log.entries(AuditQuery(limit=100)))
    log.append([a_view()])
    report = log.verify()
    assert (report.holds, report.entries) == (True, before + 1)
    log.close()


@pytest.mark.parametrize("after", [1, 2, 9, 17, 33])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, after: int) -> None:
    code = APPENDS.format(project=str(PROJECT), folder=str(tmp_path))
    environment = {**os.environ, "LOCALCAM_WITHOUT_HOME_ASSISTANT": "1"}
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True)
    assert writer.stdout is not None
    acknowledged = 0
    for _ in range(after):
        acknowledged = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.wait()
    log = a_log(tmp_path)
    report = log.verify()
    assert report.holds, report
    assert report.entries >= max([acknowledged, *map(int, rest[:-1])])
    log.close()
