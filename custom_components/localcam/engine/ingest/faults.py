"""Errors of libav -> the engine's own, without a word of the address that libav puts into them."""

import errno

import av

from ..errors import SourceError, SourceFault
from .socket_faults import OF_NETWORK

_OF_DEVICE = {
    errno.EBUSY: SourceFault.DEVICE_BUSY,
    errno.EACCES: SourceFault.DEVICE_BUSY,
    errno.EPERM: SourceFault.DEVICE_BUSY,
    errno.ENOENT: SourceFault.DEVICE_GONE,
    errno.ENODEV: SourceFault.DEVICE_GONE,
    errno.ENXIO: SourceFault.DEVICE_GONE,
    errno.ENOTTY: SourceFault.NOT_VIDEO,
    errno.EINVAL: SourceFault.NOT_VIDEO,
}


def opening_error(error: av.FFmpegError, fallback: SourceFault) -> SourceError:
    """Why libav did not open a camera; `fallback` where it says no more than that it did not."""
    match error:
        case av.HTTPUnauthorizedError() | av.HTTPForbiddenError():
            fault = SourceFault.UNAUTHORIZED
        case av.HTTPNotFoundError():
            fault = SourceFault.NOT_FOUND
        case av.DecoderNotFoundError():
            fault = SourceFault.UNSUPPORTED_CODEC
        case av.ExitError():
            fault = SourceFault.NO_PICTURE
        case _:
            fault = (OF_NETWORK | _OF_DEVICE).get(error.errno or 0, fallback)
    return SourceError(fault, reason(error))


def lost_error(error: av.FFmpegError) -> SourceError:
    """Why an open camera gives no more packets."""
    if isinstance(error, av.ExitError):
        return SourceError(SourceFault.LOST, "nothing arrived in time")
    return SourceError(SourceFault.LOST, reason(error))


def reason(error: av.FFmpegError) -> str:
    """What libav says, without the address: that may hold a password."""
    return error.strerror or type(error).__name__
