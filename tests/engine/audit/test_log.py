"""The log: what is appended stays, is linked, signed now and then, and is read again."""

from pathlib import Path
import sqlite3
import stat

import pytest

from custom_components.localcam.engine.audit.log import CHECKPOINT_EVERY, LOG_NAME, AuditLog
from custom_components.localcam.engine.audit.signing_key import KEY_NAME
from custom_components.localcam.engine.audited import AuditFault, AuditNote, AuditQuery, Deed, DeedOutcome
from custom_components.localcam.engine.errors import AuditError, WitnessError

from .logs import SetClock, a_log, a_view


def test_what_is_appended_is_there_after_a_restart(tmp_path: Path) -> None:
    note = AuditNote(
        deed=Deed.DELETE,
        outcome=DeedOutcome.REFUSED,
        user_id="ann",
        token_id="t1",
        camera_id="hall",
        clip_id="01K7ZV3J8QW9E4R5T6Y7V80001",
        reason='a "quoted" ☂ word\n',
    )
    log = a_log(tmp_path)
    assert [entry.seq for entry in log.append([note, a_view()])] == [1, 2]
    log.close()
    again = a_log(tmp_path)
    assert [entry.seq for entry in again.append([a_view()])] == [3]
    (_, _, first) = again.entries(AuditQuery())
    assert first.note == note
    assert (first.utc_us, first.monotonic_us) == (1_790_000_000_000_000, 1_000_000_000)
    assert again.verify().holds


def test_a_text_that_no_utf_8_holds_is_logged_all_the_same(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([AuditNote(deed=Deed.FLAG, reason="\ud800\x00")])
    assert log.entries(AuditQuery())[0].note.reason == "?\x00"
    assert log.verify().holds


def test_it_signs_by_itself_after_so_many_entries(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view(number % 50) for number in range(CHECKPOINT_EVERY - 1)])
    assert log.head is None
    log.append([a_view()])
    assert log.head is not None
    assert log.head.size == CHECKPOINT_EVERY
    assert log.checkpoint() == log.head, "there is nothing new to sign"
    log.append([a_view()])
    newer = log.checkpoint()
    assert newer is not None
    assert newer.size == CHECKPOINT_EVERY + 1
    report = log.verify([log.head.witness, newer.checkpoint])
    assert (report.holds, report.checkpoints, report.entries) == (True, 2, CHECKPOINT_EVERY + 1)


def test_the_tree_goes_on_after_a_restart_as_if_there_was_none(tmp_path: Path) -> None:
    once, often = a_log(tmp_path / "once"), a_log(tmp_path / "often")
    for number in range(40):
        once.append([a_view(number)])
        often.append([a_view(number)])
        if number % 7 == 3:
            often.checkpoint()
            often.close()
    ours, theirs = once.checkpoint(), often.checkpoint()
    assert ours is not None
    assert theirs is not None
    assert ours.root == theirs.root


def test_listing_page_by_page_and_by_what_is_asked(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view(number, user) for number in (1, 2) for user in ("ann", "bob", None)])
    log.append([AuditNote(deed=Deed.STOP)])
    assert [entry.seq for entry in log.entries(AuditQuery(limit=2))] == [7, 6]
    assert [entry.seq for entry in log.entries(AuditQuery(limit=2, before_seq=6))] == [5, 4]
    assert [entry.seq for entry in log.entries(AuditQuery(user_id="ann"))] == [4, 1]
    assert [entry.seq for entry in log.entries(AuditQuery(user_id="ann", clip_id=a_view(2).clip_id))] == [4]
    assert [entry.seq for entry in log.entries(AuditQuery(deed=Deed.STOP))] == [7]
    assert len(log.entries(AuditQuery(camera_id="hall"))) == 6


def test_who_has_seen_a_clip(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    clock = SetClock()
    log = AuditLog(tmp_path, tmp_path / "keys", clock)
    log.append([a_view(1, "ann"), a_view(1, "bob"), a_view(2, "bob")])
    clock.pass_s(60)
    log.append([a_view(1, "ann"), AuditNote(deed=Deed.VIEW, outcome=DeedOutcome.REFUSED, clip_id=a_view().clip_id)])
    looks = log.looks([a_view(1).clip_id or ""])
    assert [(look.user_id, look.deed, look.times, look.last_utc_s) for look in looks] == [
        ("ann", Deed.VIEW, 2, 1_790_000_060.0),
        ("bob", Deed.VIEW, 1, 1_790_000_000.0),
    ]


def test_a_failure_logs_nothing_and_heals(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    other = sqlite3.connect(tmp_path / LOG_NAME, autocommit=True)
    other.execute("PRAGMA max_page_count = 1")
    # Somebody else appends meanwhile: what this one has in memory is not the end any more.
    another = a_log(tmp_path)
    another.append([a_view(2)])
    with pytest.raises(AuditError):
        log.append([a_view(3), a_view(4)])
    assert [entry.seq for entry in log.append([a_view(5)])] == [3]
    assert log.verify().holds
    other.close()
    another.close()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    log.checkpoint()
    for name in (LOG_NAME, f"{LOG_NAME}-wal", f"keys/{KEY_NAME}", "keys/audit.witness"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be one" * 99])
def test_a_file_that_is_no_log(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOG_NAME).write_bytes(content)
    log = a_log(tmp_path)
    if content:
        with pytest.raises(AuditError, match="keep them as evidence"):
            log.append([a_view()])
    else:
        log.append([a_view()])


def test_a_log_in_a_file_s_place_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    log = a_log(tmp_path / "file")
    with pytest.raises(AuditError):
        log.append([a_view()])


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_is_none_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / KEY_NAME).write_bytes(content)
    with pytest.raises(AuditError, match="is damaged"):
        a_log(tmp_path).append([a_view()])
    assert (tmp_path / "keys" / KEY_NAME).read_bytes() == content


def test_another_key_cannot_vouch_for_what_was_signed_before(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    log.checkpoint()
    log.close()
    (tmp_path / "keys" / KEY_NAME).unlink()
    log = a_log(tmp_path)
    log.append([a_view()])
    assert log.key_is_new
    assert log.verify().fault in (AuditFault.FORGED_CHECKPOINT, AuditFault.WITNESSED_OTHERWISE)


def test_verifying_ends_when_it_is_told_to(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    with pytest.raises(AuditError, match="stopped"):
        log.verify((), lambda: True)


def test_a_witness_that_was_mistyped_is_refused_and_says_nothing_of_the_log(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    head = log.checkpoint()
    assert head is not None
    cut, changed = head.witness[:-2], head.checkpoint.replace("\n1\n", "\n2\n")
    for mistyped in ("1234 of something", "", "  ", cut, head.witness.replace(" ", ""), head.checkpoint[:-9], changed):
        with pytest.raises(WitnessError):
            log.verify([mistyped])
    # As a phone wraps it, and as a browser sends it.
    assert log.verify([f" {head.witness.replace(' ', chr(10))} ", head.checkpoint.replace("\n", "\r\n")]).holds


def test_a_witness_of_another_log_is_one_and_does_not_fit(tmp_path: Path) -> None:
    log, other = a_log(tmp_path / "ours"), a_log(tmp_path / "other")
    log.append([a_view(1)])
    other.append([a_view(2)])
    theirs = other.checkpoint()
    assert theirs is not None
    for witness in (theirs.witness, theirs.checkpoint):
        assert log.verify([witness]).fault is AuditFault.WITNESSED_OTHERWISE


def test_while_somebody_copies_it_the_main_file_stays_as_it_is(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([a_view()])
    log.begin_copying()
    before = (tmp_path / LOG_NAME).read_bytes()
    for number in range(300):
        log.append([a_view(number, user="x" * 4000)])
    assert (tmp_path / LOG_NAME).read_bytes() == before
    log.end_copying()
    assert (tmp_path / LOG_NAME).read_bytes() != before
    assert log.verify().holds
