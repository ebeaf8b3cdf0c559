"""Which kills are tried: each station from inside and each boundary between two, by command and as Airflow's tasks."""

from __future__ import annotations

import random
from dataclasses import dataclass

from khuyencong.night.stations import STATIONS

NAMES = [name for name, _ in STATIONS]
WAYS = ("kc", "airflow")
LONG = ("build", "reconcile", "facts", "release", "marts")  # where most of a night is spent
BETWEEN = "between"


@dataclass(frozen=True)
class Trial:
    """One kill: `who` is hit at `share` of the undisturbed seconds of a station, or (no share) right before it begins."""

    key: str
    way: str
    station: str
    share: float | None
    who: str

    @property
    def moment(self) -> str:
        return f"before {self.station}" if self.share is None else f"in {self.station} at {self.share:.0%}"


def trials(nation: str, n: int) -> list[Trial]:
    """The first n kills for a nation, always the same. Every kill hits all of PostgreSQL, some the night's own process as well;
    in every fifth it is the postmaster alone, or one backend.
    """
    chance = random.Random(nation)
    places = [(way, name, None) for name in NAMES[1:] for way in WAYS]
    places += [(way, name, chance.random()) for name in NAMES for way in WAYS]
    chance.shuffle(places)
    while len(places) < n:
        places.append((chance.choice(WAYS), chance.choice(LONG), chance.random()))
    who = ("all", "machine", "all", "all", "postmaster", "all", "machine", "all", "all", "backend")
    return [
        Trial(f"{nation}-{number + 1}", way, station, share, "all" if share is None else who[number % len(who)])
        for number, (way, station, share) in enumerate(places[:n])
    ]
