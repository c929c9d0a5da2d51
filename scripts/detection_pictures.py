"""Draws what the detector sees in the simulated room, for docs/detection.md; `scripts/make-detection-pictures`."""

import importlib
from pathlib import Path
import struct
import sys
import types
import zlib

import numpy as np
import numpy.typing as npt

HOME = Path(__file__).parents[1]
ENGINE = "custom_components.localcam.engine"
type Picture = npt.NDArray[np.uint8]


def _engine() -> None:
    """Make the engine importable without Home Assistant."""
    home = HOME / "custom_components"
    for name, folder in (("custom_components", home), ("custom_components.localcam", home / "localcam")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def write_png(path: Path, picture: Picture) -> None:
    """An RGB picture of shape (height, width, 3) as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def overlay(luma: Picture, changed: npt.NDArray[np.bool_], moving: npt.NDArray[np.bool_]) -> Picture:
    """The picture with cells that only changed in blue and those that move in orange."""
    rgb = np.repeat(luma[:, :, None], 3, axis=2).astype(np.float32)
    for cells, colour in ((changed & ~moving, (40, 120, 255)), (moving, (255, 140, 0))):
        side = luma.shape[0] // cells.shape[0]
        mask = np.kron(cells, np.ones((side, side), np.bool_))
        rgb[mask] = 0.45 * rgb[mask] + 0.55 * np.array(colour, np.float32)
    return rgb.astype(np.uint8)


def main() -> int:
    """Draw them all."""
    _engine()
    room = importlib.import_module(f"{ENGINE}.ingest.demo_room")
    script = importlib.import_module(f"{ENGINE}.ingest.demo_script")
    difference = importlib.import_module(f"{ENGINE}.detect.difference")
    frame = importlib.import_module(f"{ENGINE}.values").Frame
    act, acts = script.DemoAct, script.Act
    scenes = {
        "person": ((act(act=acts.PERSON, from_s=5, until_s=12, depth=1),), 8.2),
        "light": ((act(act=acts.LAMP, from_s=5, until_s=20),), 5.2),
        "person-by-night": (
            (act(act=acts.NIGHT, from_s=0, until_s=20), act(act=acts.PERSON, from_s=5, until_s=12)),
            9.0,
        ),
        "screen": ((act(act=acts.TV, from_s=5, until_s=20),), 9.0),
        "curtain": ((act(act=acts.CURTAIN, from_s=5, until_s=20),), 8.0),
        "fan": ((act(act=acts.FAN, from_s=5, until_s=20),), 6.6),
        "shadow": ((act(act=acts.SHADOW, from_s=5, until_s=8.5),), 6.6),
        "camera-moved": ((act(act=acts.KNOCKED, from_s=5, until_s=20),), 6.5),
    }
    folder = HOME / "docs" / "images"
    folder.mkdir(exist_ok=True)
    for name, (happens, at_s) in scenes.items():
        watched = room.DemoRoom(1, script=script.DemoScript(happens))
        detector = difference.DifferenceDetector(5)
        for index in range(round(at_s * 10) + 1):
            luma = watched.picture(index / 10)[0]
            seen = detector.look(frame(luma=luma, captured_at_s=index / 10))
        write_png(folder / f"detection-{name}.png", overlay(luma, seen.changed, seen.moving))
    return 0


if __name__ == "__main__":
    sys.exit(main())
