"""Clips to put into a catalogue, each the same except for what a test alters."""

from dataclasses import replace
import hashlib

from custom_components.localcam.engine.catalogued import ClipVerdict, Verdict
from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason, StoredFile
from custom_components.localcam.engine.motion import Features, Kind, MotionEvent

MORNING_UTC_S = 1_800_000_000.0

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    """An id of the right form; larger numbers sort later."""
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits


def stored(name: str, content: bytes) -> StoredFile:
    return StoredFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def stem(number: int, camera_id: str = "hall") -> str:
    return f"{camera_id}/2027-01-15/{ulid(number)}"


def event(number: int) -> MotionEvent:
    return MotionEvent(
        event_id=ulid(number),
        started_at_s=1005.25,
        last_motion_at_s=1011.5,
        peak_score=0.75,
        peak_at_s=1007.0,
        kind=Kind.PERSON,
        model_version=0,
        features=Features(version=1, values={"area": 0.25, "speed": -1.5}),
        threshold=0.5,
        sensitivity=7,
    )


def clip(number: int, **changes: object) -> Clip:
    """The number-th clip, one per minute."""
    sample = Clip(
        clip_id=ulid(number),
        camera_id="hall",
        started_utc_s=MORNING_UTC_S + 60 * number,
        duration_s=21.5,
        motion_offset_s=5.25,
        reason=ClipReason.MOTION,
        end=ClipEnd.COMPLETE,
        kind=Kind.PERSON,
        score=0.75,
        video=stored(f"{stem(number)}.lcv", b"video" * 200),
        thumbnail=stored(f"{stem(number)}.lct", b"picture"),
        explanation=stored(f"{stem(number)}.lce", b"what moved"),
        codec="h264",
        width_px=640,
        height_px=360,
        has_audio=False,
        events=(event(number),),
    )
    return replace(sample, **changes)  # type: ignore[arg-type]


def verdict(number: int, said: Verdict = Verdict.REAL, **changes: object) -> ClipVerdict:
    sample = ClipVerdict(
        clip_id=ulid(number),
        verdict=said,
        kind=None,
        note="",
        user_id="user-1",
        given_utc_s=MORNING_UTC_S + 1000,
    )
    return replace(sample, **changes)  # type: ignore[arg-type]
