"""Growing files and finished clips for tests to look at."""

from collections.abc import Iterable
from pathlib import Path

from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.record.clip_identity import ClipIdentity, ClipOutcome
from custom_components.localcam.engine.record.clip_names import growing_name
from custom_components.localcam.engine.record.clip_writer import open_clip
from custom_components.localcam.engine.record.growing_clip import GrowingClip
from custom_components.localcam.engine.values import Packet
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.keys import unsealed_copy, vault_in
from tests.engine.packets import Footage

JPEG = b"\xff\xd8 a picture \xff\xd9"
STARTED_UTC_S = 1_796_000_000.0


def identity_of(clip_id: str = "CLIP1") -> ClipIdentity:
    return ClipIdentity(
        clip_id=clip_id,
        camera_id="camera-1",
        started_utc_s=STARTED_UTC_S,
        motion_offset_s=2.0,
        reason=ClipReason.MOTION,
        continues_clip_id="01KA0000000000000000000000",
    )


def grow(
    vault: Vault, footage: Footage, clip_id: str = "CLIP1", packets: Iterable[Packet] | None = None
) -> GrowingClip:
    """A closed growing file of the footage, or of other packets of its formats."""
    identity = identity_of(clip_id)
    name = growing_name(identity.camera_id, clip_id, identity.started_utc_s)
    writer = open_clip(vault, name, identity, footage.formats)
    for packet in footage.packets if packets is None else packets:
        writer.add(packet)
    writer.finish()
    writer.close()
    return GrowingClip(
        name=name,
        identity=identity,
        outcome=ClipOutcome(end=ClipEnd.COMPLETE, kind=Kind.PERSON, score=0.75),
        events=(),
        started_at_s=footage.packets[0].received_at_s,
        strongest_at_s=None,
        request_id=None,
    )


def finished(folder: Path, footage: Footage) -> tuple[Clip, Path]:
    """A finished clip of the footage, and a copy of it that everything plays."""
    vault = vault_in(folder)
    clip = finish(vault, grow(vault, footage), JPEG)
    return clip, unsealed_copy(folder, clip.video.name)
