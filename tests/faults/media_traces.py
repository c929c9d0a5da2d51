"""Finds pictures and films in what is no place for them: texts, states, log lines, arguments of services."""

import re

from tests.faults.marked_pictures import SIGNS

LONGEST_CODED_BYTES = 1024
"""A run of letters and digits of this length is no word and no token: something was put into a text."""

_TRACES = {
    "JPEG bytes": re.compile(rb"\xff\xd8\xff"),
    "JPEG bytes as text": re.compile(rb"\xc3\xbf\xc3\x98\xc3\xbf|(?i:\\u00ff\\u00d8\\u00ff|\\xff\\xd8\\xff)"),
    "JPEG bytes in base64": re.compile(rb"/9j/[A-Za-z0-9+/]{64}|_9j_[A-Za-z0-9_-]{64}"),
    "an MP4 file": re.compile(rb"ftyp(?:iso\w|mp4\w|avc1|M4V )|moof.{4,12}mfhd", re.DOTALL),
    "a picture in an address": re.compile(rb"data:(?:image|video)/"),
    "a long coded run": re.compile(rb"[A-Za-z0-9+/_-]{%d}" % LONGEST_CODED_BYTES),
    "the mark of a camera's picture": re.compile(b"|".join(re.escape(sign) for sign in SIGNS)),
}


def media_in(content: bytes) -> list[str]:
    """What was found, each kind once; nothing is the answer that is hoped for."""
    return [kind for kind, trace in _TRACES.items() if trace.search(content)]
