"""The log in a house's life: starts and stops, clock steps, hourly checkpoints, deletions, and trouble."""

from pathlib import Path

import pytest

from custom_components.localcam.engine.audit_keeper import CHECKPOINT_EVERY_S, AuditKeeper
from custom_components.localcam.engine.audited import AuditQuery, Deed
from custom_components.localcam.engine.errors import AuditError
from tests.engine.audit.logs import SetClock, a_view


def reasons(keeper: AuditKeeper, deed: Deed) -> list[str]:
    return [entry.note.reason for entry in reversed(keeper.entries(AuditQuery(deed=deed)))]


def test_each_start_says_how_the_last_run_ended(tmp_path: Path) -> None:
    clock = SetClock()
    first = AuditKeeper(tmp_path, clock)
    first.open()
    first.record([a_view()])
    first.close()
    second = AuditKeeper(tmp_path, clock)
    second.open()
    second.record([a_view()])
    # The power fails: nothing is closed.
    third = AuditKeeper(tmp_path, clock)
    third.open()
    assert reasons(third, Deed.START) == ["first", "after stop 4", "after cut 6"]
    assert reasons(third, Deed.KEYS) == ["made audit.key"]
    assert third.verify().holds
    assert third.head is not None
    assert third.head.size == 4, "what was signed at the stop"
    third.close()
    second.close()


def test_an_hour_s_entries_are_signed(tmp_path: Path) -> None:
    clock = SetClock()
    keeper = AuditKeeper(tmp_path, clock)
    keeper.open()
    signed = keeper.head
    keeper.record([a_view()])
    clock.pass_s(CHECKPOINT_EVERY_S - 1)
    keeper.mind()
    assert keeper.head == signed
    clock.pass_s(1)
    keeper.mind()
    assert keeper.head is not None
    assert keeper.head.size == 3
    head = keeper.head
    clock.pass_s(CHECKPOINT_EVERY_S)
    keeper.mind()
    assert keeper.head == head, "an hour in which nothing was done has nothing to sign"
    keeper.close()


@pytest.mark.parametrize(
    ("step_s", "logged"), [(3600, ["+3600 s"]), (-3600, ["-3600 s"]), (5, ["+5 s"]), (4.9, []), (0, [])]
)
def test_a_clock_that_jumps_is_logged_once(tmp_path: Path, step_s: float, logged: list[str]) -> None:
    clock = SetClock()
    keeper = AuditKeeper(tmp_path, clock)
    keeper.open()
    clock.pass_s(60)
    clock.wall_s += step_s
    for _ in range(3):
        keeper.mind()
        clock.pass_s(60)
    assert reasons(keeper, Deed.CLOCK) == logged
    keeper.close()


def test_deletions_and_recoveries(tmp_path: Path) -> None:
    keeper = AuditKeeper(tmp_path, SetClock())
    keeper.log_deletions([("A", "hall", "1f"), ("B", "attic", "")], "quota")
    keeper.log_recovery("hall", 2)
    keeper.log_recovery("hall", 0)
    said = [(e.note.deed, e.note.camera_id, e.note.clip_id, e.note.reason) for e in keeper.entries(AuditQuery())]
    assert said == [
        (Deed.RECOVERY, "hall", None, "saved 2"),
        (Deed.DELETE, "attic", "B", "quota"),
        (Deed.DELETE, "hall", "A", "quota; key 1f"),
    ]
    keeper.close()


def test_a_log_that_cannot_be_used_keeps_nobody_from_starting_and_heals(tmp_path: Path) -> None:
    folder = tmp_path / "localcam"
    folder.write_text("in the way")
    keeper = AuditKeeper(folder, SetClock())
    keeper.open()
    with pytest.raises(AuditError):
        keeper.record([a_view()])
    with pytest.raises(AuditError):
        keeper.log_deletions([("A", "hall", "1f")], "quota")
    keeper.log_recovery("hall", 1)
    folder.unlink()
    keeper.record([a_view()])
    assert keeper.verify().holds
    keeper.close()


def test_a_check_at_leisure_ends_with_the_station(tmp_path: Path) -> None:
    keeper = AuditKeeper(tmp_path, SetClock())
    keeper.open()
    assert keeper.verify_at_leisure().holds
    keeper.close()
    with pytest.raises(AuditError, match="stopped"):
        keeper.verify_at_leisure()
