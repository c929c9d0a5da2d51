"""Notices that a stream goes on in another format, by the parameter sets of its keyframes."""

from dataclasses import replace

from ..values import Packet, StreamFormat
from .decoder import picture_size
from .parameter_sets import CODECS, configured_sets, contains, parameter_sets


class FormatWatch:
    """Compares the parameter sets of each keyframe with those that are known."""

    def __init__(self, video: StreamFormat) -> None:
        self._video = video
        self._known = configured_sets(video.codec, video.extradata) if video.codec in CODECS else b""

    def changed(self, keyframe: Packet) -> StreamFormat | None:
        """The new format, where this keyframe begins one."""
        if self._video.codec not in CODECS:
            return None
        sets = parameter_sets(self._video.codec, keyframe.payload)
        if not sets or sets == self._known or contains(self._known, sets):
            return None
        self._known = sets
        video = replace(self._video, extradata=sets)
        width_px, height_px = picture_size(video, keyframe)
        self._video = replace(
            video, width_px=width_px or self._video.width_px, height_px=height_px or self._video.height_px
        )
        return self._video
