"""Each row of the table in docs/audit.md, on a log that was tampered with for it."""

from pathlib import Path
from random import Random

import pytest

from custom_components.localcam.engine.audited import AuditFault
from tests.faults.tampering import Attack, attacks, judged, make_log


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_it_is_found_where_the_table_says_so(attack: Attack, tmp_path: Path) -> None:
    chance = Random(7)
    for number in range(3):
        log = make_log(tmp_path / f"{number}", chance, after_last=5)
        touched = attack.do(log, chance)
        assert judged(attack, log, touched, log.verify(), log.verify(log.witness)) == []


def test_a_harness_that_expects_what_is_not_there_says_so(tmp_path: Path) -> None:
    """The judge itself can be wrong: an untouched log is no tampering, and a tampered one is no untouched one."""
    chance = Random(7)
    untouched, edit = attacks()[0], attacks()[1]
    log = make_log(tmp_path / "log", chance, after_last=5)
    before = log.verify(), log.verify(log.witness)
    assert len(judged(edit, log, 1, *before)) == 2
    touched = edit.do(log, chance)
    after = log.verify(), log.verify(log.witness)
    assert len(judged(untouched, log, touched, *after)) == 2
    assert "named" in judged(edit, log, touched + 1, *after)[0]


def test_a_file_with_a_page_of_noise_is_damaged_and_not_believed(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log", Random(1), after_last=5)
    content = bytearray(log.path.read_bytes())
    for at in range(8 * 4096, 9 * 4096):
        content[at] ^= 0x5A
    log.path.write_bytes(content)
    report = log.verify()
    assert report.fault is AuditFault.DAMAGED
    assert report.broken_seq is not None
