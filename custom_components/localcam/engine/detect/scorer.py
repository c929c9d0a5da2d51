"""Features x model -> score: a logistic rule, built in or learned.

A weight's name is a feature's, or `bias`. The built-in rule looks at one feature only, `cluster`: the score is 0.5
where something of the smallest size that the sensitivity asks for moves.
"""

import math

from ..motion import DetectorModel, Features
from .features import FEATURES_VERSION
from .sensitivity import thresholds

SIZES_TO_BE_SURE = 3.0
"""By how many smallest sizes the score goes from 0.5 to 0.95, or to 0.05."""


def built_in(sensitivity: int) -> DetectorModel:
    """The rule of version 0 for a sensitivity from 1 to 10."""
    smallest = thresholds(sensitivity).smallest_share
    slope = math.log(0.95 / 0.05) / SIZES_TO_BE_SURE
    return DetectorModel(
        version=0,
        features_version=FEATURES_VERSION,
        threshold=0.5,
        weights={"bias": -slope, "cluster": slope / smallest},
    )


BUILT_IN = built_in(5)


def score(features: Features, model: DetectorModel) -> float:
    """0 to 1. A model of other features than these scores by the built-in rule."""
    if model.features_version != features.version:
        model = BUILT_IN
    seen, total = features.values, model.weights.get("bias", 0.0)
    for name, weight in model.weights.items():
        if name in seen:
            total += weight * seen[name]
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))
