"""Motion map -> features: what one analysed frame's motion looks like, as numbers of a fixed order.

    area        share of the picture that changed and moves
    cluster     the densest place: how much of the picture moves together there
    present     the densest place of what somebody who was seen to move still covers
    advancing   share of the picture that moves and did not change in the seconds before, in two pictures of three
    entering    the same as area, at the picture's edge alone
    contrast    mean excess of what moves in the densest place, in units of what noise explains
    brightened  share of the picture whose brightness changed, with or without texture
    darkened    share of the picture that became darker, while anything moves
    lighting    1 while a change of light is being absorbed

Shares are of the picture's area, so that they mean the same at each size. The order and the meanings are named by
FEATURES_VERSION, which a model is trained on.
"""

from ..motion import Features, MotionMap

FEATURES_VERSION = 2
REMEMBERED = 2
"""How many pictures before are remembered."""


type Trace = tuple[float, ...]
"""Of the pictures before, newest first, at most REMEMBERED: the share that moved where nothing had changed in the
seconds before."""

NO_TRACE: Trace = ()


def measure(motion: MotionMap, before: Trace) -> tuple[Features, Trace]:
    """The features of a picture, given the trace that the picture before left; and its own trace."""
    fresh, moves = motion.fresh_share, motion.moving_share > 0
    values = {
        "area": motion.moving_share,
        "cluster": motion.cluster_share,
        "present": motion.present_share,
        "advancing": min(fresh, max(before)) if before else 0.0,
        "entering": _at_edge(motion) / motion.changed.size if moves else 0.0,
        "contrast": motion.contrast,
        "brightened": motion.brightened_share,
        "darkened": motion.darkened_share,
        "lighting": float(motion.lighting_changed),
    }
    return Features(version=FEATURES_VERSION, values=values), (fresh, *before[: REMEMBERED - 1])


def _at_edge(motion: MotionMap) -> int:
    """Moving cells in the outermost squares."""
    down, across = motion.down, motion.across
    rows = down[0] + down[-1] if len(down) > 1 else down[0]
    columns = across[0] + across[-1] if len(across) > 1 else across[0]
    if not rows or not columns:
        return rows + columns
    counts = motion.moving_squares
    corners = sum(int(counts[row, column]) for row in {0, len(down) - 1} for column in {0, len(across) - 1})
    return rows + columns - corners
