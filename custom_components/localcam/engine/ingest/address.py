"""Where a camera may be: addresses checked, pinned to what they resolved to, and kept apart from credentials.

LocalCam is for local cameras: every address that a name resolves to must be private or loopback, and the connection
goes to the very address that was checked, so that a name cannot lead elsewhere a moment later. Nothing here decodes
anything; Home Assistant's process uses it too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import ipaddress
import re
import socket
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from ..errors import SourceError, SourceFault

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}

_ALLOWED_V4 = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")))
_ALLOWED_V6 = tuple(map(ipaddress.IPv6Network, ("fc00::/7", "::1/128")))

type Resolver = Callable[[str], Iterable[str]]
"""Host -> the texts of its IP addresses; raises OSError where there are none."""

type IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A checked address, and the one IP address that it stands for from now on."""

    scheme: str
    host: str
    """As written; for the Host header and for TLS."""
    ip: str
    port: int
    target: str
    """Path and query, beginning with `/`."""

    @property
    def authority(self) -> str:
        """Host and port as a request names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def pinned_url(self) -> str:
        """The address with the IP address in place of the name."""
        ip = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.scheme}://{ip}:{self.port}{self.target}"


def resolve(host: str) -> tuple[str, ...]:
    """Ask the system; blocks. IPv4 first: what answers there is what people have tried. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(each[4][0]) for each in ordered))


def check_address(url: str, resolve: Resolver = resolve) -> None:
    """Refuse what is not the address of a local camera.

    Raises SourceError: INVALID_ADDRESS, PUBLIC_ADDRESS, UNREACHABLE where the name does not resolve.
    """
    locate(url, resolve)


def locate(url: str, resolve: Resolver = resolve) -> Place:
    """Check an address and pin it; raises as `check_address`."""
    if not url.isprintable() or any(character in url for character in ' \\"<>'):
        raise SourceError(SourceFault.INVALID_ADDRESS, "characters that no address has")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as err:
        raise SourceError(SourceFault.INVALID_ADDRESS, "not an address") from err
    if parts.scheme not in DEFAULT_PORTS:
        raise SourceError(SourceFault.INVALID_ADDRESS, f"must begin with {', '.join(DEFAULT_PORTS)}")
    if "@" in parts.netloc:
        raise SourceError(SourceFault.INVALID_ADDRESS, "user name and password belong in their own fields")
    if not host or port == 0:
        raise SourceError(SourceFault.INVALID_ADDRESS, "no host, or no port")
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if not target.startswith("/") or target.startswith("//"):
        target = "/" + target.lstrip("/")
    return Place(
        scheme=parts.scheme,
        host=host,
        ip=_allowed_ip(host, resolve),
        port=port if port is not None else DEFAULT_PORTS[parts.scheme],
        target=target,
    )


def split_credentials(url: str) -> tuple[str, str, str]:
    """`(address without user info, user name, password)`, decoded; the address itself is not checked."""
    scheme, mark, rest = url.partition("://")
    end = re.search(r"[/?#]", rest)
    netloc = rest[: end.start()] if end else rest
    user_info, at, host = netloc.rpartition("@")
    if not mark or not at:
        return url, "", ""
    username, _, password = user_info.partition(":")
    return f"{scheme}://{host}{rest[len(netloc) :]}", unquote(username), unquote(password)


def with_credentials(url: str, username: str, password: str) -> str:
    """The address with percent-encoded user info; only for what is handed to libav, never for a text."""
    if not username and not password:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(username, safe='')}:{quote(password, safe='')}@{rest}"


def _allowed_ip(host: str, resolve: Resolver) -> str:
    try:
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in resolve(host)]
    except (OSError, ValueError) as err:
        raise SourceError(SourceFault.UNREACHABLE, f"{host} does not resolve") from err
    # mDNS names a camera's link-local IPv6 address beside its private one: no reason to refuse it, none to use it.
    candidates = [each for each in map(_unmapped, addresses) if not (each.version == 6 and each.is_link_local)]
    if not addresses:
        raise SourceError(SourceFault.UNREACHABLE, f"{host} does not resolve")
    if not candidates or not all(map(_is_allowed, candidates)):
        raise SourceError(SourceFault.PUBLIC_ADDRESS, f"{host} is not in a private network")
    return str(candidates[0])


def _unmapped(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_allowed(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in _ALLOWED_V4)
    return any(address in network for network in _ALLOWED_V6)
