"""A whole money report in a wrong unit is held the first time it comes, also in a first quarter; a right one never is.

Reports of the sample nation are written again by openpyxl with every amount a power of ten too large or too small. What must come
out is known without the product: no contribution of such a report is accepted, and every one of the others is.
"""

from __future__ import annotations

import pytest
from first_quarter import AFTER, BEFORE, fates, night, send_quarter, write_history
from rescaled import POWERS

from warehouse.address import Warehouse
from warehouse.settings import Settings

# two stay right; of two and of one that followed them there is a year before
UNITS = (
    "ha-noi", "cao-bang", "hue", "son-la", "thanh-hoa", "nghe-an", "lai-chau", "long-an", "tay-ninh", "tay-ninh-2025",
)  # fmt: skip


@pytest.fixture(scope="module")
def small(named_database, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, int]]:
    """Eight reports of one night, each of six in another wrong unit."""
    home = tmp_path_factory.mktemp("wrong_scale")
    database = named_database("wrong_scale")
    settings = Settings(home=home / "kc", database_url=database.dsn, inbox=home / "inbox")
    reporting = write_history(home / "whole", settings.inbox, UNITS)
    night(settings, BEFORE)
    powers = dict(zip(reporting, (0, *POWERS, 0), strict=True))
    send_quarter(home / "whole", settings.inbox, powers)
    night(settings, AFTER)
    return database, powers


def test_no_figure_of_a_report_in_a_wrong_unit_is_accepted_and_all_of_a_right_one(small) -> None:
    database, powers = small
    found = fates(database)
    print({unit: (power, found[unit]) for unit, power in powers.items()})
    assert set(powers) <= set(found)
    for unit, power in powers.items():
        assert found[unit].report_state == "in_force", unit
        if power:
            assert found[unit].states.get("accepted", 0) == 0 and found[unit].states["disputed"] > 100, (unit, power)
        else:
            assert found[unit].states.get("disputed", 0) == 0 and found[unit].states["accepted"] > 100, unit
            assert found[unit].held_by == {}, unit
