"""The ledger names each promise that is broken, and no other."""

from tests.faults.journal import Line
from tests.faults.ledger import Ledger


def found(*clip_ids: str, seconds: float = 5.0) -> list[Line]:
    return [Line(doing="found", clip_id=clip_id, seconds=seconds) for clip_id in clip_ids]


def test_an_announced_clip_must_be_found() -> None:
    ledger = Ledger()
    ledger.note(Line(doing="kept", clip_id="A"))
    assert list(ledger.settle(found("A"))) == []
    assert list(ledger.settle(found())) == ["the announced clip A is lost"]


def test_a_deleted_clip_must_not_come_back() -> None:
    ledger = Ledger()
    for doing in ("kept", "deleting", "deleted"):
        ledger.note(Line(doing=doing, clip_id="A"))
    assert list(ledger.settle(found("A"))) == ["the deleted clip A is back"]


def test_a_clip_whose_deletion_had_begun_may_be_there_or_not_but_not_come_and_go() -> None:
    ledger = Ledger()
    ledger.note(Line(doing="kept", clip_id="A"))
    ledger.note(Line(doing="deleting", clip_id="A"))
    assert list(ledger.settle(found())) == []
    assert list(ledger.settle(found("A"))) == ["the deleted clip A is back"]


def test_of_a_growing_clip_two_seconds_may_be_lost() -> None:
    ledger = Ledger()
    ledger.note(Line(doing="growing", clip_id="A", seconds=6.5))
    assert list(ledger.settle(found("A", seconds=5.0))) == []
    ledger.note(Line(doing="growing", clip_id="B", seconds=7.5))
    assert list(ledger.settle(found("A", "B", seconds=5.0))) == ["of the growing clip B 2.5 s are lost"]


def test_what_does_not_hold_is_told_as_it_was_found() -> None:
    assert list(Ledger().settle([Line(doing="found", text="I1 A is missing")])) == ["I1 A is missing"]
