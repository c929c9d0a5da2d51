"""The start that is measured is that of a house as one leaves it."""

import json

import pytest

from benchmarks.recovery import main


def test_clips_at_rest_are_found_whole(capsys: pytest.CaptureFixture[str]) -> None:
    main(["20", "--json"])

    assert json.loads(capsys.readouterr().out)["clips"] == 20
