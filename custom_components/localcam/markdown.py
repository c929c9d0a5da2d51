"""Text that people typed, made safe to stand within markdown that the browser shows."""

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
"""Of ASCII: what markdown may take for more than itself, and lets be escaped (CommonMark 0.31, 2.4)."""


def escaped(text: str) -> str:
    """The text, to be shown as it is and in one line."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
