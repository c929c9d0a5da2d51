"""Where a camera may be: addresses checked, pinned to what they resolved to, and kept apart from credentials.

LocalCam is for local cameras: every address that a name resolves to must be private or loopback, or belong to the one
public host that the owner allowed; and the connection goes to the very address that was checked, so that a name cannot
lead elsewhere a moment later. Nothing here decodes anything; Home Assistant's process uses it too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import ipaddress
import re
import socket
from urllib.parse import unquote, urlsplit, urlunsplit

from ..errors import SourceError, SourceFault
from ..settings import NO_MORE_RULES, AddressRules

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}

_ALLOWED_V4 = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")))
_ALLOWED_V6 = tuple(map(ipaddress.IPv6Network, ("fc00::/7", "::1/128")))
_REFUSED_V4 = ipaddress.IPv4Network("172.30.32.0/24")
"""The Supervisor (.2), its name server and its audio; add-ons, restreamers among them, are in 172.30.33.0/24."""
_HOST_OF_ADD_ONS = ipaddress.IPv4Address("172.30.32.1")
"""The machine itself, as the Supervisor's network knows it: add-ons that share the machine's network answer here."""
_REFUSED_V6 = tuple(map(ipaddress.IPv6Address, ("fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe")))
"""Where clouds (Amazon, Google, Oracle) tell a machine its own secrets; of IPv4 they are link-local, never allowed."""
_REFUSED_NAMES = frozenset({"supervisor", "hassio", "metadata.google.internal"})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")

type Resolver = Callable[[str], Iterable[str]]
"""Host -> the texts of its IP addresses; raises OSError where there are none."""

type Locate = Callable[[str], Place]
"""Address -> where it leads now, checked; raises SourceError."""

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
    def url(self) -> str:
        """As a request names it: with the host as written, which some servers compare; never to connect to."""
        return f"{self.scheme}://{self.authority}{self.target}"


def resolve(host: str) -> tuple[str, ...]:
    """Ask the system; blocks. IPv4 first: what answers there is what people have tried. Raises OSError."""
    # As text, Python would load all of Unicode's names first, to find that there are none.
    name = host.encode() if host.isascii() else host
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(each[4][0]) for each in ordered))


def is_own(ip: str) -> bool:
    """Whether this machine has the address: only then can a socket be given it."""
    version = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(version, socket.SOCK_DGRAM) as probe:
            probe.bind((ip, 0))
    except OSError:
        return False
    return True


def locate(url: str, resolve: Resolver = resolve, rules: AddressRules = NO_MORE_RULES) -> Place:
    """Check the address of a camera and pin it; the name is resolved for it, once.

    Raises SourceError: INVALID_ADDRESS, PUBLIC_ADDRESS, FORBIDDEN_ADDRESS, UNREACHABLE where the name does not resolve.
    """
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
    port = port if port is not None else DEFAULT_PORTS[parts.scheme]
    ip = _allowed_ip(host, resolve, rules)
    if port == rules.own_port and is_own(ip):
        raise SourceError(SourceFault.FORBIDDEN_ADDRESS, "that is Home Assistant itself")
    return Place(scheme=parts.scheme, host=host, ip=ip, port=port, target=target)


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


def _allowed_ip(host: str, resolve: Resolver, rules: AddressRules) -> str:
    if host.lower().rstrip(".") in _REFUSED_NAMES:
        raise SourceError(SourceFault.FORBIDDEN_ADDRESS, f"{host} is no camera")
    try:
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in resolve(host)]
    except (OSError, ValueError) as err:
        raise SourceError(SourceFault.UNREACHABLE, f"{host} does not resolve") from err
    # mDNS names a camera's link-local IPv6 address beside its private one: no reason to refuse it, none to use it.
    candidates = [each for each in map(_unmapped, addresses) if not (each.version == 6 and each.is_link_local)]
    if not addresses:
        raise SourceError(SourceFault.UNREACHABLE, f"{host} does not resolve")
    if any(map(_is_refused, map(_embedded, candidates))):
        raise SourceError(SourceFault.FORBIDDEN_ADDRESS, f"{host} is no camera")
    may_be_public = bool(rules.public_host) and host.lower().rstrip(".") == rules.public_host.lower().rstrip(".")
    if not candidates or not all(_is_allowed(each) or (may_be_public and _is_public(each)) for each in candidates):
        raise SourceError(SourceFault.PUBLIC_ADDRESS, f"{host} is not in a private network")
    return str(candidates[0])


def _unmapped(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _embedded(address: IPAddress) -> IPAddress:
    """The IPv4 address that a gateway or a tunnel makes of it (RFC 3056, 4291, 4380, 6052); else the address itself."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_refused(address: IPAddress) -> bool:
    """Whatever else is allowed."""
    if isinstance(address, ipaddress.IPv4Address):
        return address in _REFUSED_V4 and address != _HOST_OF_ADD_ONS
    return address in _REFUSED_V6


def _is_allowed(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in _ALLOWED_V4)
    return any(address in network for network in _ALLOWED_V6)


def _is_public(address: IPAddress) -> bool:
    """An ordinary host of the internet, also behind what is embedded: no metadata, no multicast, no tunnel home."""
    meant = _embedded(address)
    return meant.is_global and not meant.is_multicast and not meant.is_reserved
