"""A simulated home: Home Assistant's network with cables to cameras, client, guest and a silent internet."""

from dataclasses import dataclass
import json
from typing import Any

from tests.faults.namespaces import Network, run

HOME_ADDRESS = "10.77.2.1"
"""Where Home Assistant listens, on the client's cable."""
CAMERA_ADDRESS = "10.77.1.2"
NAME_SERVER = "10.77.9.53"
LINKS = ("cameras", "client", "guest", "wan")
"""Home Assistant's interfaces but the loopback one."""

_GATEWAY, _GATEWAY_6 = "10.77.9.254", "fd77::fe"
_NOBODY = "02:00:00:00:00:fe"

# What leaves is counted where it leaves, before any router could refuse it. The neighbour discovery of IPv6 is the
# kernel's own and starts with the interface.
_RULES = f"""
table inet watch {{
  counter cam_ok {{}}
  counter cli_ok {{}}
  counter guest_ok {{}}
  counter dns_ok {{}}
  counter kernel_own {{}}
  counter egress_bad {{}}
  set cam_to {{ type ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; counter; }}
  set bad_to {{ type ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; counter; }}
  set bad6_to {{ type ipv6_addr . inet_proto . inet_service; size 4096; flags dynamic; counter; }}
  set other_to {{ type ipv4_addr . inet_proto; size 4096; flags dynamic; counter; }}
  set other6_to {{ type ipv6_addr . inet_proto; size 4096; flags dynamic; counter; }}
  chain leaving {{
    type filter hook output priority 0; policy accept;
    oifname "lo" accept
    oifname "cameras" ip daddr {CAMERA_ADDRESS} counter name cam_ok \
      update @cam_to {{ ip daddr . meta l4proto . th dport }} accept
    oifname "client" ip daddr 10.77.2.2 counter name cli_ok accept
    oifname "guest" ip daddr 10.77.3.2 counter name guest_ok accept
    oifname "wan" ip daddr {NAME_SERVER} udp dport 53 counter name dns_ok accept
    icmpv6 type {{ nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, \
      mld2-listener-report }} counter name kernel_own accept
    counter name egress_bad
    meta nfproto ipv4 meta l4proto {{ tcp, udp }} update @bad_to {{ ip daddr . meta l4proto . th dport }} accept
    meta nfproto ipv6 meta l4proto {{ tcp, udp }} update @bad6_to {{ ip6 daddr . meta l4proto . th dport }} accept
    meta nfproto ipv4 update @other_to {{ ip daddr . meta l4proto }}
    meta nfproto ipv6 update @other6_to {{ ip6 daddr . meta l4proto }}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Packets that left Home Assistant's network so far."""

    packets: dict[str, int]
    """By counter: `cam_ok`, `cli_ok`, `guest_ok`, `dns_ok`, `kernel_own`, and `egress_bad` for all others."""
    camera_to: dict[str, int]
    """By destination on the cameras' cable, as `10.77.1.2 tcp 554`."""
    bad_to: dict[str, int]
    """The same of what `egress_bad` counts."""


class HomeNetwork:
    """The networks of one home; `name` tells it from another in the same process."""

    def __init__(self, name: str) -> None:
        self.home = Network(f"{name}_home")
        self.cameras = Network(f"{name}_cameras")
        self.client = Network(f"{name}_client")
        self.guest = Network(f"{name}_guest")
        self.internet = Network(f"{name}_internet")

    def make(self) -> None:
        """Bring all of it about, and begin to count."""
        for network in (self.home, self.cameras, self.client, self.guest, self.internet):
            network.make()
        self.home.join("cameras", "10.77.1.1/24", self.cameras, f"{CAMERA_ADDRESS}/24")
        self.home.join("client", f"{HOME_ADDRESS}/24", self.client, "10.77.2.2/24")
        self.home.join("guest", "10.77.3.1/24", self.guest, "10.77.3.2/24")
        self.home.join("wan", "10.77.9.1/24", self.internet, f"{NAME_SERVER}/24")
        run("ip", "-n", self.guest.name, "route", "add", HOME_ADDRESS, "via", "10.77.3.1")
        # A stray packet must really be sent: there is a way out, and somebody who seems to be there.
        inside = ("ip", "-n", self.home.name)
        run(*inside, "address", "add", "fd77::1/64", "dev", "wan", "nodad")
        for gateway in (_GATEWAY, _GATEWAY_6):
            run(*inside, "neighbour", "add", gateway, "lladdr", _NOBODY, "dev", "wan", "nud", "permanent")
            run(*inside, "route", "add", "default", "via", gateway, "dev", "wan")
        with self.home.inside():
            run("nft", _RULES)

    def counted(self) -> Counted:
        """What left until now."""
        with self.home.inside():
            listed: list[dict[str, Any]] = json.loads(run("nft", "-j", "list", "table", "inet", "watch"))["nftables"]
        packets = {each["counter"]["name"]: each["counter"]["packets"] for each in listed if "counter" in each}
        sets = {each["set"]["name"]: each["set"].get("elem", []) for each in listed if "set" in each}
        return Counted(
            packets=packets,
            camera_to=_by_destination(sets["cam_to"]),
            bad_to={
                to: count
                for name in ("bad_to", "bad6_to", "other_to", "other6_to")
                for to, count in _by_destination(sets[name]).items()
            },
        )


def _by_destination(elements: list[dict[str, Any]]) -> dict[str, int]:
    return {
        " ".join(str(part) for part in each["elem"]["val"]["concat"]): each["elem"]["counter"]["packets"]
        for each in elements
    }
