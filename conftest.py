"""Lets tests import the engine under its true name where Home Assistant is not installed, or must not be loaded."""

from collections.abc import Sequence
import importlib.abc
from importlib.machinery import ModuleSpec
import importlib.util
import os
from pathlib import Path
import sys
import types
from typing import override

pytest_plugins = ("tests.run_rules",)


class _Refuse(importlib.abc.MetaPathFinder):
    """Makes Home Assistant look as if it were not installed: the proof that the engine does not need it."""

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] == "homeassistant":
            raise ModuleNotFoundError(f"{fullname} is hidden by LOCALCAM_WITHOUT_HOME_ASSISTANT", name=fullname)
        return None


if os.environ.get("LOCALCAM_WITHOUT_HOME_ASSISTANT"):
    sys.meta_path.insert(0, _Refuse())
    without_home_assistant = True
else:
    without_home_assistant = importlib.util.find_spec("homeassistant") is None

if without_home_assistant:
    package = types.ModuleType("custom_components.localcam")
    package.__path__ = [str(Path(__file__).parent / "custom_components" / "localcam")]
    sys.modules[package.__name__] = package
