"""Until when, in media time, motion and requests want the camera to be recorded."""


class RecordingDemand:
    """Grows with each motion and each request, and ends by time passing or by the source being lost.

    While no packet tells the media time (nothing came yet, or the stream's format changed and with it perhaps its
    clock), what is left is kept as a length that begins with the next packet.
    """

    def __init__(self) -> None:
        self._until_dts_s: float | None = None
        self._owed_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether anything was wanted that has not been seen to end."""
        return self._until_dts_s is not None or self._owed_s > 0

    def extend(self, from_dts_s: float | None, seconds: float) -> None:
        """Want recording for at least this long from a media time on, or from the next packet where it is None."""
        if from_dts_s is None:
            self._owed_s = max(self._owed_s, seconds)
        else:
            self._until_dts_s = max(self._until_dts_s or from_dts_s, from_dts_s + seconds)

    def wants(self, dts_s: float) -> bool:
        """Whether the video packet of this media time is wanted; must be asked of each packet, in order."""
        if self._owed_s > 0:
            self.extend(dts_s, self._owed_s)
            self._owed_s = 0.0
        if self._until_dts_s is not None and dts_s >= self._until_dts_s:
            self._until_dts_s = None
        return self._until_dts_s is not None

    def interrupt(self, newest_dts_s: float | None) -> None:
        """The stream goes on, perhaps by another clock."""
        if self._until_dts_s is not None:
            self._owed_s = max(self._owed_s, self._until_dts_s - (newest_dts_s or self._until_dts_s))
            self._until_dts_s = None

    def clear(self) -> None:
        """Nothing is wanted any more."""
        self._until_dts_s = None
        self._owed_s = 0.0
