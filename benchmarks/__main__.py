"""`scripts/bench VERB ...`: runs one benchmark, with the engine loaded as a worker loads it, without Home Assistant."""

import importlib
from pathlib import Path
import sys
import types

VERBS = ("quality", "speed", "workers", "latency", "house", "audit", "sealing", "recovery", "outages")


def main() -> int:
    """The benchmark's own exit code; 2 for a verb that does not exist."""
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        print(f"usage: scripts/bench {'|'.join(VERBS)} [PATH...] [--json]", file=sys.stderr)
        return 2
    home = Path(__file__).parents[1] / "custom_components"
    for name, folder in (("custom_components", home), ("custom_components.localcam", home / "localcam")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return int(importlib.import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
