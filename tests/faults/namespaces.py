"""Network namespaces of Linux, made by one process for itself: they end with it, and nothing outside sees them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import subprocess

_ALONE = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
_WAYS = (("unshare", *_ALONE), ("unshare", "--user", "--map-root-user", *_ALONE))
"""As root; or as anybody, where the kernel lets anybody have namespaces."""
_TRIAL = "mount -t tmpfs tmpfs /run && ip netns add trial && nft add table inet trial"
_HERE = Path("/proc/thread-self/ns/net")


def environment() -> dict[str, str]:
    """Ours, with the folders in which `ip` and `nft` are, which not everybody's PATH names."""
    return {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}


def alone(command: Sequence[str]) -> list[str] | None:
    """The command, for `environment()`, with networks, mounts and processes of its own; None where that cannot be."""
    for way in _WAYS if shutil.which("unshare") else ():
        trial = subprocess.run([*way, "sh", "-c", _TRIAL], env=environment(), capture_output=True, check=False)
        if trial.returncode == 0:
            return [*way, *command]
    return None


def missing_namespaces() -> str | None:
    """What keeps networks of our own from being made here; None where nothing does."""
    if absent := [tool for tool in ("unshare", "ip", "nft") if not shutil.which(tool, path=environment()["PATH"])]:
        return f"not installed: {', '.join(absent)} (scripts/setup installs iproute2 and nftables)"
    if alone(("true",)) is None:
        return "this machine lets us make no network namespaces (a container needs --privileged)"
    return None


class Network:
    """One network namespace, by name; only in a process that was started by `alone`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def make(self) -> None:
        """Bring it about, with its loopback interface up."""
        run("ip", "netns", "add", self.name)
        run("ip", "-n", self.name, "link", "set", "lo", "up")

    def join(self, interface: str, address: str, other: Network, other_address: str) -> None:
        """Lay a cable to another network; there its end is called as this network. Addresses have a prefix length."""
        peer = ("peer", "name", "home", "netns", other.name)
        run("ip", "link", "add", interface, "netns", self.name, "type", "veth", *peer)
        for network, end, own in ((self, interface, address), (other, "home", other_address)):
            run("ip", "-n", network.name, "address", "add", own, "dev", end)
            run("ip", "-n", network.name, "link", "set", end, "up")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What this thread opens or starts meanwhile, threads and processes too, is in this network and stays there."""
        with _HERE.open() as here, Path("/run/netns", self.name).open() as there:
            os.setns(there.fileno(), os.CLONE_NEWNET)
            try:
                yield
            finally:
                os.setns(here.fileno(), os.CLONE_NEWNET)


def own_the_machine(name_server: str, folder: Path) -> None:
    """The first act of a process that was started by `alone`: a place for networks, and one name server for all."""
    # Nothing that is mounted here may be seen outside, nor a resolver's daemon be asked instead of our name server.
    run("mount", "--make-rprivate", "/")
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {name_server}\noptions timeout:1 attempts:1\n")
    run("mount", "--bind", str(resolver), str(Path("/etc/resolv.conf").resolve()))
    run("mount", "-t", "tmpfs", "tmpfs", "/run")


def run(*command: str) -> str:
    """What a command prints; raises RuntimeError with its complaint where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
