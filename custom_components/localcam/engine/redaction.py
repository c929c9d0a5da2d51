"""Takes credentials out of text that others wrote, before it is logged: what a worker's process said as it died."""

from collections.abc import Iterable
import re
from urllib.parse import quote

_REMOVED = "**REDACTED**"
_IN_ADDRESS = re.compile(r"(?<=://)[^\s/@]+@")
"""`user:password@` of an address; RFC 3986, 3.2.1."""
_IN_HEADER = re.compile(r"(?im)^(\s*(?:proxy-)?authorization\s*:).*$")
_IN_QUERY = re.compile(r"(?i)\b((?:password|passwd|pass|pwd|token|auth|secret|api_?key)=)[^\s&\"']+")
_SHORTEST = 3
"""Shorter secrets are only taken out where they stand as words: the text would be full of holes."""


def without_credentials(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the secrets, as they are and as addresses spell them, and without what looks like others."""
    text = _IN_ADDRESS.sub(f"{_REMOVED}@", text)
    text = _IN_HEADER.sub(rf"\1 {_REMOVED}", text)
    text = _IN_QUERY.sub(rf"\1{_REMOVED}", text)
    known = {spelling for secret in secrets if secret for spelling in (secret, quote(secret), quote(secret, safe=""))}
    for secret in sorted(known, key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _SHORTEST:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, _REMOVED, text)
    return text
