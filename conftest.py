"""Lets tests import the engine under its true name where Home Assistant is not installed, or must not be loaded."""

import importlib.util
from pathlib import Path
import sys
import types

if importlib.util.find_spec("homeassistant") is None:
    package = types.ModuleType("custom_components.localcam")
    package.__path__ = [str(Path(__file__).parent / "custom_components" / "localcam")]
    sys.modules[package.__name__] = package
