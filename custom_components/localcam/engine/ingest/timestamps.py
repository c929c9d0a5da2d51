"""A camera's timestamps -> timestamps that any muxer takes: dts strictly increasing, pts never before dts.

Cameras leave timestamps out, repeat them, jump by hours when their clock is set, and wrap at 2**33. Small faults are
smoothed over; after a jump the timeline goes on where it was. All numbers are ticks of the stream's time base.
"""

from fractions import Fraction

LONGEST_STEP_S = 10
"""A step forward beyond this is a jump; so is a distance beyond this between decoding and showing a picture."""
SHORTEST_JUMP_BACK_S = 1
"""A smaller step back is jitter."""
WRAP_TICKS = 1 << 33
"""Where MPEG timestamps begin again at 0."""
_ABSURD_TICKS = 1 << 61
_HEAD_START_S = 1
_REORDERED_PICTURES = 4
_DEFAULT_STEP_S = Fraction(1, 25)


class TimestampRepair:
    """Repairs one stream; the streams of a camera keep their distance to each other as long as neither jumps."""

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._longest = self._ticks(LONGEST_STEP_S)
        self._jump_back = self._ticks(SHORTEST_JUMP_BACK_S)
        # Room in front: the first pictures may have to be decoded before the camera's time 0.
        self._offset = self._ticks(_HEAD_START_S)
        self._lead = 0
        self._camera_dts: int | None = None
        self._camera_told = False
        self._dts: int | None = None
        self._received_at_s = 0.0

    def repair(self, pts: int | None, dts: int | None, duration: int, received_at_s: float) -> tuple[int, int]:
        """`(pts, dts)` of the stream's next packet; `duration` 0 where it is unknown."""
        pts, dts = _believable(pts), _believable(dts)
        step = self._step(duration, received_at_s)
        self._received_at_s = received_at_s
        if dts is not None:
            repaired = self._with_dts(dts, step)
            shown = repaired if pts is None else repaired + _distance(pts, dts)
        elif pts is not None:
            repaired = self._with_pts(pts, step)
            shown = pts + self._offset
        else:
            repaired = self._without_times(step)
            shown = repaired if self._camera_told else repaired + self._lead
        self._camera_told = self._camera_told or dts is not None or pts is not None
        self._dts = repaired
        return (shown if 0 <= shown - repaired <= self._longest else repaired), repaired

    def _with_dts(self, dts: int, step: int) -> int:
        last, camera_last = self._dts, self._camera_dts
        self._camera_dts = dts
        if last is None or (not self._camera_told and dts + self._offset > last):
            # The camera's first word, perhaps after packets without any: where its timeline lies, ours follows.
            return dts + self._offset
        moved = dts + self._offset - last if camera_last is None else dts - camera_last
        if moved < -WRAP_TICKS // 2:
            self._offset += WRAP_TICKS
            moved += WRAP_TICKS
        jumped = moved > self._longest or moved < -self._jump_back
        if jumped or (moved > 0 and dts + self._offset < last - self._jump_back):
            self._offset = last + step - dts
            return last + step
        return last + step if moved <= 0 else max(dts + self._offset, last + 1)

    def _with_pts(self, pts: int, step: int) -> int:
        shown = pts + self._offset
        if self._dts is None:
            # Pictures that follow may be shown before this one, and have to find their place.
            return shown - min(_REORDERED_PICTURES * step, self._offset)
        dts = self._dts + step
        if self._camera_told and abs(shown - dts) > self._longest:
            self._offset = dts - pts
            self._camera_dts = None
        return max(self._dts + 1, min(dts, pts + self._offset))

    def _without_times(self, step: int) -> int:
        if self._dts is None:
            self._lead = min(_REORDERED_PICTURES * step, self._offset)
            return self._offset - self._lead
        return self._dts + step

    def _step(self, duration: int, received_at_s: float) -> int:
        if 0 < duration <= self._longest:
            return duration
        if self._dts is None:
            return max(1, self._ticks(_DEFAULT_STEP_S))
        return min(max(1, self._ticks(received_at_s - self._received_at_s)), self._longest)

    def _ticks(self, seconds: float | Fraction) -> int:
        return int(seconds * self._time_base.denominator / self._time_base.numerator)


def _believable(ticks: int | None) -> int | None:
    return None if ticks is None or abs(ticks) > _ABSURD_TICKS else ticks


def _distance(pts: int, dts: int) -> int:
    distance = pts - dts
    return distance + WRAP_TICKS if distance < -WRAP_TICKS // 2 else distance
