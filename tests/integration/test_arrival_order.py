"""What is in force is the same whether files came in one night or in several, and in whatever order they are read."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest
from raw_builder import month_end
from test_gate import Nights, nights  # noqa: F401

from warehouse.settings import TIMEZONE

QUARTER, HALF = month_end(2025, 3), month_end(2025, 6)
# Pairs of units that send the same: the first night by night, the second all before the last night, in another order.
TWINS = [("ha-noi", "hue"), ("cao-bang", "son-la"), ("nghe-an", "can-tho"), ("lai-chau", "dien-bien"), ("ha-tinh", "lang-son"),
         ("quang-ninh", "thanh-hoa")]  # fmt: skip
NIGHTS = 4


def money(nights: Nights, unit: str, end: Any, day: int, hour: int, implemented: int, **more: Any) -> int:  # noqa: F811
    lines = [
        {"activity": "A1", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": implemented}},
        {"activity": "A2", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": 7}},
    ]
    received_at = datetime(2025, 7, day, hour, tzinfo=TIMEZONE)
    return nights.builder.submit("kinh-phi", unit, end, more.pop("lines", lines), received_at=received_at, **more)


def histories(chance: random.Random) -> list[list[tuple[Any, ...]]]:
    """For each pair what it sends: (period_end, day, hour, implemented, is_withdrawal), in the order of arrival."""
    # chosen when it came, disputed by what came later: a night over everything would have kept the one before
    overtaken = [(QUARTER, 1, 8, 30, False), (HALF, 1, 9, 60, False), (HALF, 2, 8, 40, False), (QUARTER, 3, 8, 50, False)]
    # worse than the one in force, until the period before is put right
    cleared = [(QUARTER, 1, 8, 50, False), (HALF, 1, 9, 60, False), (HALF, 2, 8, 40, False), (QUARTER, 3, 8, 30, False)]
    # worse when it came, and still after the period before was revised: a night without steps would leave both aside
    worse = [(QUARTER, 1, 8, 50, False), (HALF, 1, 9, 60, False), (HALF, 2, 8, 40, False), (QUARTER, 3, 8, 45, False)]
    made = [overtaken, cleared, worse]
    while len(made) < len(TWINS):
        moments = sorted(chance.sample([(day, hour) for day in range(1, NIGHTS + 1) for hour in range(8, 18)], 7))
        made.append([
            (chance.choice([QUARTER, HALF, HALF]), day, hour, chance.choice([20, 30, 40, 50, 60, 5000]), chance.random() < 0.1)
            for day, hour in moments
        ])  # fmt: skip
    return made


@pytest.mark.long
def test_one_night_or_several(nights: Nights) -> None:  # noqa: F811
    chance = random.Random(2025)
    keys: dict[tuple[str, Any], int] = {}
    sent = histories(chance)

    def put(unit: str, one: tuple[Any, ...]) -> None:
        end, day, hour, implemented, is_withdrawal = one
        more = {"is_withdrawal": True, "lines": []} if is_withdrawal else {}
        keys[unit, one] = money(nights, unit, end, day, hour, implemented, **more)

    for night in range(1, NIGHTS + 1):
        for (first, _), history in zip(TWINS, sent, strict=True):
            for one in history:
                if one[1] == night:
                    put(first, one)
        if night == NIGHTS:
            for (_, second), history in zip(TWINS, sent, strict=True):
                for one in chance.sample(history, len(history)):
                    put(second, one)
        nights.run(night + 1, month=7)

    held = nights.held()
    for (first, second), history in zip(TWINS, sent, strict=True):
        states = {
            unit: [(nights.state(keys[unit, one]), (keys[unit, one], "kcdp_t_implemented") in held) for one in history]
            for unit in (first, second)
        }
        assert states[first] == states[second], (first, second, history)
    overtaken, cleared, worse = ([nights.state(keys[TWINS[n][1], one]) for one in sent[n]] for n in (0, 1, 2))
    assert worse == ["superseded", "in_force", "under_review", "in_force"], "weighed with the version that it met"
    assert overtaken == ["superseded", "superseded", "in_force", "in_force"], "chosen when it came; no older one returns"
    assert cleared == ["superseded", "superseded", "in_force", "in_force"], "under review until the period before was put right"
    assert (keys[TWINS[0][1], sent[0][2]], "kcdp_t_implemented") in held
