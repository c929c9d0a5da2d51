"""`scripts/fault VERB [--long]`: runs `run(long)` of `tests/faults/VERB.py` and prints its outcome as the last line."""

import argparse
import importlib
from pathlib import Path
import sys

VERBS = ("kill", "power", "io", "disk", "clock", "hostile", "access", "egress", "canary", "tamper")
"""A verb is its module: the ones that are there can be run; other modules of this folder are no verbs."""


def main(arguments: list[str]) -> int:
    """0 where everything held, 1 where something was violated, 2 for a verb that is not there."""
    here = Path(__file__).parent
    there = [verb for verb in VERBS if (here / f"{verb}.py").exists()]
    parser = argparse.ArgumentParser(prog="scripts/fault", description="Brings about one kind of fault.")
    parser.add_argument("verb", choices=there)
    parser.add_argument("--long", action="store_true", help="the full count, as the release notes name it")
    asked = parser.parse_args(arguments)
    outcome = importlib.import_module(f"tests.faults.{asked.verb}").run(asked.long)
    print(outcome.as_line(asked.verb), flush=True)
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
