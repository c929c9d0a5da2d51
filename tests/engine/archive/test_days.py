"""The days of a calendar on the wall, and each clip in one of them, also where clocks change."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
import tempfile
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.catalogued import ClipDay
from tests.engine.archive.sample_clips import clip

LISBON = ZoneInfo("Europe/Lisbon")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clocks change by half an hour."""
CAIRO = ZoneInfo("Africa/Cairo")
"""Its clocks change at midnight."""


def enter(archive: Archive, starts: list[float]) -> None:
    for number, started_utc_s in enumerate(starts):
        archive.add_clip(clip(number, started_utc_s=started_utc_s, events=()), epoch=1, sequence=number)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (LISBON, date(2026, 3, 29), 23),
        (LISBON, date(2026, 10, 25), 25),
        (LISBON, date(2026, 7, 1), 24),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (CAIRO, date(2026, 4, 24), 23),
        (CAIRO, date(2026, 10, 29), 25),
    ],
)
def test_a_day_has_the_hours_that_the_clocks_give_it(archive: Archive, zone: ZoneInfo, day: date, hours: float) -> None:
    noon_utc_s = datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp()
    # One at each quarter of an hour, and at the last second before it: from the noon before to the noon after.
    quarters = [noon_utc_s + 900 * number - late_s for number in range(-96, 97) for late_s in (0, 1)]
    enter(archive, quarters)
    found = archive.days("hall", zone)
    assert [each.day.toordinal() - day.toordinal() for each in found] == [1, 0, -1][-len(found) :]
    (that_day,) = (each for each in found if each.day == day)
    assert that_day.clips == hours * 4 * 2
    assert sum(each.clips for each in found) == len(quarters)


STARTS = st.floats(
    datetime(2026, 1, 1, tzinfo=UTC).timestamp(), datetime(2027, 12, 31, tzinfo=UTC).timestamp(), allow_nan=False
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STARTS, max_size=12), st.sampled_from([LISBON, LORD_HOWE, CAIRO]))
def test_each_clip_is_counted_once_on_the_day_on_which_it_began(starts: list[float], zone: ZoneInfo) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for archive in opened(Path(folder)):
            enter(archive, starts)
            expected = Counter(datetime.fromtimestamp(start // 1, zone).date() for start in starts)
            assert archive.days("hall", zone) == [
                ClipDay(day=day, clips=clips) for day, clips in sorted(expected.items(), reverse=True)
            ]


def opened(folder: Path) -> Iterator[Archive]:
    database = Database(folder / "catalogue.db")
    database.open()
    yield Archive(database)
    database.close()


def test_other_cameras_clips_are_on_no_day(archive: Archive) -> None:
    enter(archive, [1_800_000_000.0])
    assert archive.days("attic", LISBON) == []


def test_days_are_counted_from_the_index_alone(archive: Archive, database: Database) -> None:
    """However many clips there are, no row is read."""
    with database.reading() as connection:
        for statement in (
            "SELECT max(started_utc_s) FROM clips WHERE camera_id = 'hall' AND started_utc_s < 1.0",
            "SELECT count(*) FROM clips WHERE camera_id = 'hall' AND started_utc_s BETWEEN 0.0 AND 1.0",
        ):
            (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            assert "USING COVERING INDEX clips_by_camera (camera_id=? AND started_utc_s" in plan["detail"]
