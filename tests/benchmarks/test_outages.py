"""The benchmark of outages hears of the failing camera alone, and of the others only what they must not say."""

from benchmarks.outages import FAILING, OTHERS, _first, _noticed_by_others
from custom_components.localcam.engine.errors import SourceFault
from custom_components.localcam.engine.reports import Health, Report, Reported, SourceLost, WorkerEnded
from tests.faults.running_station import Heard

LOST = SourceLost(fault=SourceFault.LOST, detail="", retry_in_s=1.0)


def health(dropped_packets: int) -> Health:
    return Health(
        online=True, analysed_frames_per_s=5.0, dropped_packets=dropped_packets, cpu_share=0.01, memory_bytes=1
    )


def heard(*said: tuple[str, Report]) -> Heard:
    found = Heard()
    for sequence, (camera_id, report) in enumerate(said):
        found.note(Reported(camera_id=camera_id, epoch=1, sequence=sequence, report=report))
    return found


def test_what_the_failing_camera_says_is_nobody_elses_trouble() -> None:
    said = heard((FAILING, LOST), (FAILING, health(9)), (OTHERS[0], health(0)))

    assert _noticed_by_others(said) == []


def test_a_packet_dropped_by_another_camera_counts_and_so_do_its_loss_and_its_end() -> None:
    ended = WorkerEnded(exit_code=1, expected=False)
    said = heard((OTHERS[0], health(2)), (OTHERS[1], LOST), (OTHERS[2], ended))

    assert len(_noticed_by_others(said)) == 3


def test_what_was_said_before_the_failure_is_no_answer_to_it() -> None:
    said = heard((FAILING, LOST), (OTHERS[0], LOST), (FAILING, LOST))

    assert _first(said, SourceLost, said.heard_at_s[0]) == said.heard_at_s[0]
    assert _first(said, SourceLost, said.heard_at_s[1]) == said.heard_at_s[2]
    assert _first(said, SourceLost, said.heard_at_s[2] + 1) is None
