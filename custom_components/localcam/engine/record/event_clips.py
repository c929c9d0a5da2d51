"""Remembers in which clip each of the last events was recorded, because an event may end after its clip."""

_EVENTS_REMEMBERED = 16


class EventClips:
    """The open event, and the first clip of it and of those before."""

    def __init__(self) -> None:
        self.open_event_id: str | None = None
        self._clip_of_event: dict[str, str] = {}

    def recorded(self, clip_id: str | None) -> None:
        """The open event, if there is one, is recorded in this clip."""
        if self.open_event_id is None or clip_id is None:
            return
        self._clip_of_event.setdefault(self.open_event_id, clip_id)
        while len(self._clip_of_event) > _EVENTS_REMEMBERED:
            del self._clip_of_event[next(iter(self._clip_of_event))]

    def clip_id_of(self, event_id: str) -> str | None:
        """The first clip of an event; None where none was made, or it was long ago."""
        return self._clip_of_event.get(event_id)
