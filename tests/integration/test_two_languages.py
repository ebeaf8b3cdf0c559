"""What SQL and Python must both know is one thing: each pair is asked the same questions, edges included."""

from __future__ import annotations

import contextlib
import csv
import json
import random
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from psycopg2.extras import execute_values
from raw_builder import REGISTER, RawBuilder

from ingestion.register import load_register
from ingestion.written.closeness import CLOSENESS, closeness_of_at_most, closeness_of_ratio, closeness_of_sum
from ingestion.written.intervals import Printed
from khuyencong.night.transform import run_dbt
from warehouse.address import connect

VALUES = [Fraction(each, 2) for each in (-6, -3, -2, -1, 0, 1, 2, 3, 4, 6, 7)]
GRAINS = [Fraction(each, 4) for each in (0, 1, 2, 4, 8)]
PRINTED = [Printed(value, grain) for value, grain in product(VALUES, GRAINS)]


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        yield connection


def rungs(connection, comparisons):
    """checks.closeness of each (comparison, difference, near ends, cut ends, is_edge_in)."""
    with connection, connection.cursor() as cursor:
        return [
            rung
            for (rung,) in execute_values(
                cursor,
                """select checks.closeness(c.comparison, c.d, c.near_low, c.near_high, c.cut_low, c.cut_high, c.is_edge_in)
                from (values %s) as c (place, comparison, d, near_low, near_high, cut_low, cut_high, is_edge_in)
                order by c.place""",
                [
                    (place, sign, *(None if end is None else end.numerator / end.denominator for end in ends), is_edge_in)
                    for place, (sign, *ends, is_edge_in) in enumerate(comparisons)
                ],
                template="(%s, %s, %s::numeric, %s::numeric, %s::numeric, %s::numeric, %s::numeric, %s)",
                page_size=100_000,
                fetch=True,
            )
        ]


def near(printed):
    """What staging keeps of a printed number: its lowest and highest value when it was rounded."""
    return printed.value - printed.grain / 2, printed.value + printed.grain / 2


def cut(printed):
    """And when it was cut off towards nought."""
    value, step = printed.value, printed.grain
    return value - (step if value <= 0 else 0), value + (step if value >= 0 else 0)


def is_number(*numbers):
    return all(number.grain == 0 for number in numbers)


def gap(sign, parts, whole):
    """The difference of both sides as checks take it from staging."""
    ends = [
        sum(way(part)[low] for part in parts) - way(whole)[1 - low] for way in (near, cut) for low in (0, 1)
    ]
    # of a limit the lesser side alone is a number or a range: the greater has no end
    is_edge_in = sign != ">=" and is_number(*parts) or sign != "<=" and is_number(whole)
    return sign, sum(part.value for part in parts) - whole.value, *ends, is_edge_in


def worst(judgement):
    """A rung of Python as SQL says it: what no word beside the numbers explains lies apart."""
    return None if judgement.closeness == "hard" else judgement.closeness


def test_the_ladder_of_a_balance_and_of_a_limit_is_one(connection):
    sums = [((part,), whole) for part, whole in product(PRINTED, PRINTED)]
    few = random.Random(64)
    sums += [(tuple(few.choices(PRINTED, k=few.randint(2, 4))), few.choice(PRINTED)) for _ in range(1000)]
    told = rungs(connection, [gap(sign, parts, whole) for parts, whole in sums for sign in ("==", "<=")])
    known = [
        worst(closeness_of_sum(parts, whole, is_complete=sign == "==")) for parts, whole in sums for sign in ("==", "<=")
    ]
    assert told == known
    assert {*told} == {*CLOSENESS[:4], None}


def test_the_ladder_upwards_is_the_ladder_downwards(connection):
    pairs = list(product(PRINTED, PRINTED))
    told = rungs(connection, [gap(">=", (greater,), lesser) for greater, lesser in pairs])
    assert told == [worst(closeness_of_at_most(lesser, greater)) for greater, lesser in pairs]


def test_the_ladder_of_a_ratio_is_one(connection):
    """A text may have cut off what it divides too, which figures in staging have not: Python looks at both, SQL at one a call."""
    positive = [printed for printed in PRINTED if printed.value > 0 and near(printed)[0] > 0]
    asked, known = [], []
    few = random.Random(64)
    for over, under in [(few.choice([*positive, Printed(Fraction(0))]), few.choice(positive)) for _ in range(150)]:
        exact = 100 * over.value / under.value
        low, high = (100 * near(over)[end] / near(under)[1 - end] for end in (0, 1))
        cut_low, cut_high = (100 * cut(over)[end] / cut(under)[1 - end] for end in (0, 1))
        middles = (exact, exact - Fraction(3, 2), exact - Fraction(1, 2), exact + Fraction(1, 2), exact + 1)
        # and just where what is rounded to it meets the quotient
        edges = [Printed(end + way * grain / 2, grain) for end, way in ((low, -1), (high, 1)) for grain in GRAINS]
        for stated in (*edges, *(Printed(middle, grain) for middle, grain in product(middles, GRAINS))):
            known.append(worst(closeness_of_ratio(over, under, stated)))
            (near_from, near_to), (cut_from, cut_to) = near(stated), cut(stated)
            is_edge_in = low == high or is_number(stated)
            for ends in ((low, high), (cut_low, cut_high)):
                asked.append(
                    ("==", exact - stated.value, low - near_to, high - near_from, ends[0] - cut_to, ends[1] - cut_from, is_edge_in)
                )
    told = rungs(connection, asked)
    rank = [*CLOSENESS[:4], None].index
    assert [min(pair, key=rank) for pair in zip(told[::2], told[1::2], strict=True)] == known
    assert {*known} == {*CLOSENESS[:4], None}


def rows_of(name):
    with (REGISTER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chain(connection, rows):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select predecessor_key, successor_key, effective_date from register.succession_chain(%s)",
            (json.dumps([{**row, "share": row["share"] or None} for row in rows]),),
        )
        return {(earlier, later): day for earlier, later, day in cursor}


def by_python(register):
    units = {*register.successors, *(unit for steps in register.successors.values() for unit, _ in steps)}
    asked = {(earlier, later): register.succeeded_on(later, earlier) for earlier, later in product(units, units)}
    return {pair: day for pair, day in asked.items() if day is not None}


def test_who_followed_whom_is_one(connection):
    register = load_register(REGISTER)
    told = chain(connection, rows_of("successions"))
    assert told == by_python(register)
    assert told["ha-tay", "ha-noi"] == date(2008, 8, 1)
    assert len(told) > 50
    assert ("vinh-phuc", "ha-noi") not in told  # a part went over, the unit remained


def test_who_followed_whom_through_many_steps_is_one(connection):
    few = random.Random(64)
    for _ in range(20):
        # unit n goes into a later one, if into any
        rows = [
            {
                "predecessor_key": f"u{n}", "successor_key": f"u{few.randint(n + 1, 14)}", "share": "",
                "effective_date": f"{2004 + n}-07-01", "succession_kind": few.choice(("whole", "whole", "partial")),
            }
            for n in range(14)
            if few.random() < 0.7
        ]  # fmt: skip
        whole = [row for row in rows if row["succession_kind"] == "whole"]
        successors = {
            row["predecessor_key"]: ((row["successor_key"], date.fromisoformat(row["effective_date"])),) for row in whole
        }
        assert chain(connection, rows) == by_python(replace(load_register(REGISTER), successors=successors))


def test_a_step_hands_over_the_whole_or_the_share_that_was_decided(connection):
    rows = [
        {"predecessor_key": "a", "successor_key": "b", "effective_date": "2008-08-01", "succession_kind": kind, "share": share}
        for kind, share in (("whole", None), ("partial", "0.25"), ("partial", None))
    ]
    with connection, connection.cursor() as cursor:
        cursor.execute("select is_whole, part from register.succession_step(%s)", (json.dumps(rows),))
        assert cursor.fetchall() == [(True, 1), (False, Fraction(1, 4)), (False, None)]


def test_money_and_measures_are_one(database, settings, connection):
    RawBuilder(connection).load_forms()
    run_dbt(database, settings, ["stg_indicator"], seeds=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("select indicator_code, is_money, stored_unit, stored_factor, measure, blank from staging.stg_indicator")
        told = {code: tuple(row) for code, *row in cursor}
    facts = {code: told.pop(code) for code in [*told] if code.startswith("beneficiary")}
    assert facts == dict.fromkeys(("beneficiary_support", "beneficiary_counterpart"), (True, None, None, None, None))
    known = load_register(REGISTER).indicators
    assert {code: (row[0], row[3]) for code, row in told.items()} == {
        code: (indicator.is_money, indicator.measure) for code, indicator in known.items()
    }
    assert told["KC-E05"] == (True, "đồng", 1_000_000, "ytd", "zero")
    assert told["KC-O03v"] == (True, "đồng", 1_000_000_000, "ytd", "zero")
    assert told["KC-A9-02"] == (False, "người", 1, "stock", "missing")
    assert told["KC-O02"] == (False, "triệu đồng/người/tháng", 1, "stock", "missing")
    assert told["KC-R02"] == (False, "%", 1, "ratio", "not_applicable")
    assert told["KC-P06"] == (False, "đề án", 1, "plan", "missing")


def test_an_identity_differs_in_each_of_its_parts(connection):
    """Its key tells apart what the reader compares column by column (ingestion.reading: latest_of_identity)."""
    first = ("u", "f", "2025-03-31", "so", "12/QĐ")
    others = [first[:n] + (other,) + first[n + 1 :] for n, other in enumerate(("v", "g", "2025-06-30", "cuc", "13/QĐ"))]
    with connection, connection.cursor() as cursor:

        def key(identity, has_document_no):
            cursor.execute("select raw.identity_key(%s, %s, %s, %s, %s, %s)", (*identity, has_document_no))
            return cursor.fetchone()[0]

        assert key(first, True) == "u|f|2025-03-31|so|12/QĐ"
        assert key(first, False) == "u|f|2025-03-31|so|"
        assert len({key(each, True) for each in (first, *others)}) == 6
        assert len({key(each, False) for each in (first, *others)}) == 5, "the document counts only where the form is about one"
