"""Stands in for the module `inspect` in a worker, until somebody needs more of it than loading dataclasses does.

Python's dataclasses ask it for the signature of each class without a docstring, only to write one, and Cython's modules
for its flags: with all that it loads, that costs each camera 1 MB. To be imported before anything else, once.
"""

import sys
from types import ModuleType
from typing import Any, override


class LeanInspect(ModuleType):
    """What is asked of `inspect` while modules are loaded; for whatever else, the real one takes its place."""

    (
        CO_OPTIMIZED,
        CO_NEWLOCALS,
        CO_VARARGS,
        CO_VARKEYWORDS,
        CO_NESTED,
        CO_GENERATOR,
        CO_NOFREE,
        CO_COROUTINE,
        CO_ITERABLE_COROUTINE,
        CO_ASYNC_GENERATOR,
    ) = (1 << bit for bit in range(10))

    @staticmethod
    def signature(*_: object, **__: object) -> None:
        """Nobody reads the docstrings that it is asked for."""
        raise ValueError("no signatures here")

    @staticmethod
    def unwrap(wrapped: Any) -> Any:
        """As `inspect.unwrap`."""
        while hasattr(wrapped, "__wrapped__"):
            wrapped = wrapped.__wrapped__
        return wrapped

    @override
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        if sys.modules.get("inspect") is self:
            del sys.modules["inspect"]
        return getattr(import_module("inspect"), name)


def stand_in() -> None:
    """Take the place of `inspect`, unless it is loaded already."""
    sys.modules.setdefault("inspect", LeanInspect("inspect"))
