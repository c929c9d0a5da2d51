"""Measurements of LocalCam, to be run by `scripts/bench`."""
