"""Simulated rooms played through the watcher, without encoding."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from custom_components.localcam.engine.detect.event_machine import Started
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import Act, DemoAct, DemoScript
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

FRAMES_PER_S = 15


def room(*acts: DemoAct, seed: int = 1) -> DemoRoom:
    """A room in which only these acts happen."""
    return DemoRoom(seed, script=DemoScript(acts))


def act(what: Act, from_s: float, until_s: float, *, leftwards: bool = False, depth: int = 1) -> DemoAct:
    return DemoAct(act=what, from_s=from_s, until_s=until_s, leftwards=leftwards, depth=depth)


def starts(picture: Callable[[float], npt.NDArray[np.uint8]], until_s: float, sensitivity: int = 5) -> list[float]:
    """When events that alert started while pictures came at 15 fps from 0 on."""
    settings = DetectSettings(sensitivity=sensitivity, quiet_s=2)
    watcher = MotionWatcher(settings, None, lambda: "event")
    found = []
    for index in range(int(until_s * FRAMES_PER_S)):
        at_s = index / FRAMES_PER_S
        if watcher.wants(at_s):
            told = watcher.look(Frame(luma=picture(at_s), captured_at_s=at_s))
            found += [
                transition.at_s for transition in told if isinstance(transition, Started) and transition.kind.alerts
            ]
    return found


def motion(picture: Callable[[float], npt.NDArray[np.uint8]], until_s: float) -> list[float]:
    """When the watcher saw motion while pictures came at 15 fps from 0 on."""
    watcher = MotionWatcher(DetectSettings(), None, lambda: "event")
    found = []
    for index in range(int(until_s * FRAMES_PER_S)):
        at_s = index / FRAMES_PER_S
        if watcher.wants(at_s):
            watcher.look(Frame(luma=picture(at_s), captured_at_s=at_s))
            found += [at_s] if watcher.moving else []
    return found
