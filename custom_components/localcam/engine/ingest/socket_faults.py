"""Errors of sockets -> the engine's own; Home Assistant's process uses it too, which must not load libav for it."""

import errno

from ..errors import SourceError, SourceFault

OF_NETWORK = {
    errno.ECONNREFUSED: SourceFault.REFUSED,
    errno.ECONNRESET: SourceFault.REFUSED,
    errno.ECONNABORTED: SourceFault.REFUSED,
    errno.EPIPE: SourceFault.REFUSED,
    errno.EHOSTUNREACH: SourceFault.UNREACHABLE,
    errno.ENETUNREACH: SourceFault.UNREACHABLE,
    errno.ETIMEDOUT: SourceFault.UNREACHABLE,
}


def connection_error(error: OSError) -> SourceError:
    """Why a socket did not connect, or broke."""
    if isinstance(error, TimeoutError):
        return SourceError(SourceFault.UNREACHABLE, "no answer in time")
    if type(error).__module__ == "ssl":  # which is not loaded for this: its numbers are not those of the system
        return SourceError(SourceFault.REFUSED, f"TLS: {error.strerror or type(error).__name__}")
    fault = OF_NETWORK.get(error.errno or 0, SourceFault.UNREACHABLE)
    return SourceError(fault, error.strerror or type(error).__name__)
