"""`scripts/fault tamper`: random tamperings with an audit log; each must be found where docs/audit.md says so."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
import time

from .outcome import Outcome
from .tampering import attacks, judged, make_log

SHORT, LONG = 96, 1000


def run(long: bool, seed: int = 1) -> Outcome:
    """Each attack in its turn, on a log of its own."""
    chance = Random(seed)
    tried: dict[str, int] = {}
    violated: list[str] = []
    began_s = time.monotonic()
    table = attacks()
    for number in range(LONG if long else SHORT):
        attack = table[number % len(table)]
        with TemporaryDirectory() as folder:
            log = make_log(Path(folder) / "log", chance, after_last=chance.randint(1, 20))
            touched = attack.do(log, chance)
            violated += judged(attack, log, touched, log.verify(), log.verify(log.witness))
        tried[attack.name] = tried.get(attack.name, 0) + 1
    return Outcome(
        tried=tried,
        violated=tuple(violated),
        figures={"tamperings": sum(tried.values()), "took_s": round(time.monotonic() - began_s, 1), "seed": seed},
    )
