"""Judges what two houses were seen to send: nothing may leave the one with LocalCam that does not leave the other."""

from dataclasses import dataclass

from tests.faults.media_traces import media_in
from tests.faults.watched_house import CONTROL_NAME, CONTROLS, NAMES, Seen

_CARRY_PICTURES = ("cameras", "client")
_INSIDE = "lo"
"""Not a cable: the gate between a camera and libav is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was seen before and after something was sent that must be noticed."""

    bare: Seen
    full: Seen
    bare_after_control: Seen
    full_after_control: Seen
    ports_before: frozenset[str]
    """Where Home Assistant listened before the first camera."""
    endpoints: frozenset[str]
    """Where the configured cameras are, as the counters call it."""
    notifications: bytes
    """What is shown to people without being an event: notifications and states."""
    heard_control: bool

    def violated(self) -> list[str]:
        """A sentence for each promise that does not hold, and for each instrument that does not work."""
        return [*self._sent(), *self._seen_pictures(), *self._told(), *self._blind()]

    def _sent(self) -> list[str]:
        bare, full = self.bare.counted, self.full.counted
        more = {to: count - bare.bad_to.get(to, 0) for to, count in full.bad_to.items()}
        return [
            *(f"{count} packets left for {to}" for to, count in more.items() if count > 0),
            *(f"the camera's network was asked at {to}" for to in full.camera_to.keys() - self.endpoints),
            *(f"the name {name} was looked up" for name in self.full.asked - self.bare.asked - NAMES.keys()),
            *(f"listens on {port}" for port in self.full.open_ports - self.ports_before),
        ]

    def _seen_pictures(self) -> list[str]:
        marked = self.full.marked
        return [
            *(
                f"a camera's picture passed on {link}"
                for link in marked
                if marked[link] and link not in (*_CARRY_PICTURES, _INSIDE)
            ),
            *(
                f"no picture was seen on {link}: the search for it proves nothing"
                for link in _CARRY_PICTURES
                if not marked[link]
            ),
            *(["packets came too fast to be read"] if self.full.missed else []),
        ]

    def _told(self) -> list[str]:
        said = {"events": self.full.heard, "notifications and states": self.notifications, "log": self.full.log}
        return [f"{kind} in {where}" for where, content in said.items() for kind in media_in(content)]

    def _blind(self) -> list[str]:
        return [f"not noticed, although sent: {name}" for name, noticed in self.controls().items() if not noticed]

    def controls(self) -> dict[str, int]:
        """How often each thing was noticed that was sent on purpose, in both houses."""
        pairs = ((self.bare, self.bare_after_control), (self.full, self.full_after_control))
        noticed: dict[str, int] = {}
        for to in CONTROLS:
            more = [after.counted.bad_to.get(to, 0) - before.counted.bad_to.get(to, 0) for before, after in pairs]
            noticed[f"control {to}"] = min(more)
        noticed["control name"] = int(all(CONTROL_NAME in after.asked for _, after in pairs))
        noticed["control mark"] = min(after.marked["wan"] - before.marked["wan"] for before, after in pairs)
        told = set(media_in(self.full_after_control.heard)) - set(media_in(self.full.heard))
        noticed["control event"] = len(told) if self.heard_control else 0
        return noticed

    def figures(self) -> dict[str, object]:
        """Packets by counter and destination, marks by interface, names."""
        return {
            "without_localcam": self.bare.counted.packets,
            "with_localcam": self.full.counted.packets,
            "without_localcam_to": self.bare.counted.bad_to,
            "with_localcam_to": self.full.counted.bad_to,
            "cameras_asked_at": self.full.counted.camera_to,
            "marked_packets": self.full.marked,
            "names_asked": sorted(self.full.asked),
            "names_asked_without_localcam": sorted(self.bare.asked),
            "listens_on": sorted(self.full.open_ports),
            "events_bytes": len(self.full.heard),
            "log_bytes": len(self.full.log),
        }
