"""Stands in for modules of Python's own in a worker, until more of one is needed than others ask for while they load.

numpy, PyAV and Python's dataclasses load them for what no worker does: pickling, tracebacks, reading programs. That
costs each camera 2 MB, and another 0.5 MB the methods that dataclasses have only to guard and to show themselves. To be
imported before anything else, once.
"""

from collections.abc import Mapping
from enum import IntEnum
import sys
from types import ModuleType
from typing import Any, override


class StandIn(ModuleType):
    """Of a module nothing is asked while others load; for whatever is, the real one takes its place."""

    @override
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(self.real(), name)

    def real(self) -> ModuleType:
        """The module itself, loaded if it is not yet."""
        from importlib import import_module

        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


class LeanInspect(StandIn):
    """Dataclasses ask for signatures, only to write docstrings, and Cython's modules for flags."""

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


class LeanAnnotationlib(StandIn):
    """Dataclasses and named tuples ask what their fields are annotated with: its names are nearly always known."""

    class Format(IntEnum):
        """As `annotationlib.Format`."""

        VALUE = 1
        VALUE_WITH_FAKE_GLOBALS = 2
        FORWARDREF = 3
        STRING = 4

    def get_annotations(self, annotated: Any, **how: Any) -> dict[str, Any]:
        """As `annotationlib.get_annotations`, which looks first whether all names are known, too."""
        if how == {"format": self.Format.FORWARDREF} and isinstance(annotated, type):
            try:
                return dict(annotated.__annotations__)
            except NameError:
                pass
        return self.real().get_annotations(annotated, **how)  # type: ignore[no-any-return]  # it is no stand-in

    def call_annotate_function(self, annotate: Any, format_: int, **how: Any) -> Any:
        """As `annotationlib.call_annotate_function`, the same way."""
        if format_ == self.Format.FORWARDREF:
            try:
                return annotate(self.Format.VALUE)
            except NameError:
                pass
        return self.real().call_annotate_function(annotate, format_, **how)

    @staticmethod
    def get_annotate_from_class_namespace(namespace: Mapping[str, Any]) -> Any:
        """As `annotationlib.get_annotate_from_class_namespace`."""
        return namespace.get("__annotate__", namespace.get("__annotate_func__"))


class LeanLogging(StandIn):
    """PyAV asks whether somebody has chosen what to log of libav, else it chooses what is Python's own choice."""

    class Logger:
        """As much as is asked of `logging.Logger`."""

        class manager:
            """As much as is asked of `logging.Logger.manager`."""

            loggerDict = ("libav",)


_LEAN: Mapping[str, type[StandIn]] = {
    "inspect": LeanInspect,
    "annotationlib": LeanAnnotationlib,
    "logging": LeanLogging,
    **dict.fromkeys(("ast", "pickle", "platform", "textwrap", "traceback"), StandIn),
}


def stand_in() -> None:
    """Take the places of those that are not loaded yet, and make the dataclasses that follow without their guards."""
    for name, lean in _LEAN.items():
        sys.modules.setdefault(name, lean(name))
    import dataclasses

    make = dataclasses.dataclass

    def lean_dataclass(cls: type | None = None, /, *, eq: bool = True, frozen: bool = False, **how: Any) -> Any:
        """Equal and hashed as ever; nobody prints one here, and that nothing is written to one is seen by mypy."""
        return make(cls, **how | {"repr": False, "eq": eq, "unsafe_hash": eq and frozen})

    dataclasses.dataclass = lean_dataclass
