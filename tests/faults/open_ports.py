"""On which ports a process's network is listened to, as the kernel tells."""

import ipaddress
from pathlib import Path

_LISTENING = "0A"


def open_ports(pid: int) -> set[str]:
    """Such as `tcp 10.77.2.1:8123`: listening TCP and all bound UDP, but for the loopback interface.

    The format is in proc_pid_net(5).
    """
    return {
        f"{protocol} {address}:{port}"
        for table in ("tcp", "tcp6", "udp", "udp6")
        for protocol in (table.removesuffix("6"),)
        for address, port, state in map(_local, _rows(pid, table))
        if not address.is_loopback and (protocol == "udp" or state == _LISTENING)
    }


def _rows(pid: int, table: str) -> list[str]:
    return Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]


def _local(row: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, str]:
    fields = row.split()
    address, port = fields[1].split(":")
    # The kernel prints each 32-bit word in the machine's order.
    words = bytes.fromhex(address)
    packed = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return ipaddress.ip_address(packed), int(port, 16), fields[3]
