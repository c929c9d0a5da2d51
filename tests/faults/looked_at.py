"""What the next start of a house finds, in a process of its own."""

from custom_components.localcam.engine.clock import SystemClock
from tests.engine.packets import Footage
from tests.faults.forked import lines_of
from tests.faults.house_life import HouseLife, Place
from tests.faults.journal import Journal, Line


def look_at(place: Place, footage: Footage) -> list[Line]:
    """Recover, then say what is there and what does not hold."""

    def live(journal: Journal) -> None:
        life = HouseLife(place, footage, SystemClock(), 0)
        life.open()
        for line in life.look():
            journal.say(line)
        life.close()

    return list(lines_of(live))
