"""The benchmark's rules, on sequences short enough to be counted by hand (10 frames per second)."""

from benchmarks.scoring import Counts, count, runs

FPS = 10.0


def flags(*stretches: tuple[int, int], frames: int = 100) -> list[bool]:
    return [any(first <= frame < after for first, after in stretches) for frame in range(frames)]


def labels(*stretches: tuple[int, int, int], frames: int = 100) -> list[int]:
    marked = [0] * frames
    for first, after, label in stretches:
        marked[first:after] = [label] * (after - first)
    return marked


def test_gaps_shorter_than_the_bridge_are_bridged() -> None:
    assert runs(flags((10, 20), (24, 30)), 5) == [(10, 30)]
    assert runs(flags((10, 20), (25, 30)), 5) == [(10, 20), (25, 30)]
    assert runs(flags((10, 20), (21, 30)), 0) == [(10, 20), (21, 30)]
    assert runs(flags(), 5) == []


def test_an_event_is_detected_by_any_frame_in_it_and_latency_counts_from_its_first() -> None:
    counts = count(labels((30, 50, 1)), flags((36, 50)), FPS)
    assert (counts.events, counts.detected, counts.latencies_s) == (1, 1, [0.6])
    assert count(labels((30, 50, 1)), flags((60, 70)), FPS).detected == 0


def test_a_stretch_that_is_not_scored_is_no_event_by_itself_and_belongs_to_its_neighbour() -> None:
    assert count(labels((30, 50, -1)), flags(), FPS).events == 0
    counts = count(labels((28, 30, -1), (30, 50, 1)), flags((29, 50)), FPS)
    assert (counts.events, counts.detected, counts.latencies_s) == (1, 1, [0.1])


def test_an_alarm_near_an_event_is_not_false() -> None:
    event = labels((30, 50, 1))
    assert count(event, flags((22, 26)), FPS).false_alarms == 0  # ends within 0.5 s before
    assert count(event, flags((10, 25)), FPS).false_alarms == 1
    assert count(event, flags((59, 65)), FPS).false_alarms == 0  # begins within 1 s after
    assert count(event, flags((60, 65)), FPS).false_alarms == 1


def test_alarms_less_than_a_second_apart_are_one() -> None:
    assert count(labels(), flags((10, 12), (21, 23)), FPS).false_alarms == 1
    assert count(labels(), flags((10, 12), (22, 24)), FPS).false_alarms == 2


def test_empty_time_is_what_lies_outside_the_widened_runs() -> None:
    counts = count(labels((30, 50, 1)), flags((0, 100)), FPS)
    assert (counts.empty, counts.empty_alarmed) == (100 - 35, 65)
    assert (counts.true_positive, counts.false_positive, counts.false_negative) == (20, 80, 0)


def test_figures_add_up_over_sequences() -> None:
    total = Counts()
    total.add(count(labels((30, 50, 1)), flags((40, 50)), FPS))
    total.add(count(labels(), flags((5, 6)), FPS))
    figures = total.figures()
    assert (figures["frames"], figures["events"], figures["detected"], figures["false_alarms"]) == (200, 1, 1, 1)
    assert figures["event_precision"] == 0.5
    assert figures["frame_recall"] == 0.5
    assert figures["frame_f1"] == round(20 / 31, 4)
    assert figures["latency_s"] == 1.0
