"""Features become a score, and sensitivity has one meaning."""

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.detect.features import FEATURES_VERSION
from custom_components.localcam.engine.detect.scorer import BUILT_IN, built_in, score
from custom_components.localcam.engine.detect.sensitivity import thresholds
from custom_components.localcam.engine.motion import DetectorModel, Features


def cluster(share: float) -> Features:
    return Features(version=FEATURES_VERSION, values={"cluster": share})


@pytest.mark.parametrize("sensitivity", range(1, 11))
def test_the_smallest_thing_that_counts_scores_a_half(sensitivity: int) -> None:
    smallest = thresholds(sensitivity).smallest_share
    assert score(cluster(smallest), built_in(sensitivity)) == pytest.approx(0.5)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 9))
def test_more_motion_and_more_sensitivity_never_score_less(one: float, other: float, sensitivity: int) -> None:
    less, more = sorted((one, other))
    assert 0 <= score(cluster(less), BUILT_IN) <= score(cluster(more), BUILT_IN) <= 1
    assert score(cluster(one), built_in(sensitivity)) <= score(cluster(one), built_in(sensitivity + 1))


def test_both_thresholds_fall_with_sensitivity() -> None:
    for sensitivity in range(1, 10):
        less, more = thresholds(sensitivity), thresholds(sensitivity + 1)
        assert more.excess < less.excess
        assert more.smallest_share < less.smallest_share


def test_a_learned_model_weighs_what_it_was_trained_on() -> None:
    model = DetectorModel(
        version=2, features_version=FEATURES_VERSION, threshold=0.5, weights={"bias": 1.0, "contrast": -2.0}
    )
    assert score(Features(version=FEATURES_VERSION, values={"contrast": 0.5}), model) == pytest.approx(0.5)


def test_a_model_of_other_features_gives_way_to_the_built_in_rule() -> None:
    model = DetectorModel(version=2, features_version=FEATURES_VERSION + 1, threshold=0.5, weights={"bias": 50.0})
    assert score(cluster(0), model) == score(cluster(0), BUILT_IN)


def test_extreme_weights_do_not_overflow() -> None:
    model = DetectorModel(
        version=2, features_version=FEATURES_VERSION, threshold=0.5, weights={"cluster": -1e308, "bias": 0.0}
    )
    assert score(cluster(1.0), model) < 1e-9
