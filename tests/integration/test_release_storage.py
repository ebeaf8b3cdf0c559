"""Storage grows with change, not with nights: a year of nights, each with one figure in a hundred changed."""

import contextlib
from datetime import timedelta

import pytest
from released import AS_OF, load_register, make_fact_tables, set_facts, start_run

from khuyencong.release.release import open_release
from warehouse.address import connect

N_FIGURES, N_NIGHTS = 5_000, 365

FACTS = """
insert into facts.fct_contribution (unit_key, budget_year, period_start, period_end, fund_code, activity_code, indicator_code,
    measure, project_key, establishment_key, dimension_key, line_reference, effective_from, carried_into, place_unit_key, state,
    value, low, high, is_corrected, is_estimated, cause_reference, decision_reference, form_code, held_by)
select 'unit-' || n %% 63, 2025, '2025-01-01', '2025-06-30', 'KCDP-T', 'A' || n / 63 %% 9, 'KC-' || n, 'ytd', '', '', '',
    '', '2025-06-30', '', 'unit-' || n %% 63, 'accepted', n * 1000000::bigint, null, null, false, false,
    encode(sha256(('file ' || n %% 200)::bytea), 'hex'), '', 'kinh-phi', ''
from generate_series(1, %s) as n"""


@pytest.mark.long
def test_a_year_of_nights_takes_at_most_six_times_one_night(database, record_property):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
            set_facts(cursor, [], [])
            cursor.execute(FACTS, (N_FIGURES,))
        first = None
        for night in range(N_NIGHTS):
            with connection, connection.cursor() as cursor:
                # a hundredth of the figures, spread differently each night, gets a new value from a new file
                cursor.execute(
                    """update facts.fct_contribution set value = value + 1, cause_reference = encode(sha256(%s::bytea), 'hex')
                    where hashtext(indicator_code || ':' || %s) %% 100 = 0 and %s > 0""",
                    (f"night {night}", night, night),
                )
                run_key = start_run(cursor, AS_OF + timedelta(days=night))
            outcome = open_release(connection, run_key, AS_OF + timedelta(days=night))
            assert outcome.release_number == night + 1
            first = first or size(connection)
        rows, one_night = size(connection), first
    ratio = {name: rows[name] / one_night[name] for name in rows}
    record_property("ratio", ratio)
    print(f"rows x {ratio['rows']:.2f}, bytes x {ratio['bytes']:.2f}, heap x {ratio['heap']:.2f}")
    assert 4 < ratio["rows"] < 5
    assert ratio["bytes"] <= 6


def size(connection):
    """Rows of release.contribution, its bytes with indexes, and its heap alone."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select count(*), pg_total_relation_size('release.contribution'), pg_relation_size('release.contribution')
            from release.contribution"""
        )
        return dict(zip(("rows", "bytes", "heap"), cursor.fetchone(), strict=True))
