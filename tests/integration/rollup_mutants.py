"""Mutants of the roll-up: one change each in the text of a function as the database has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """One text of a function in place of another that stands there `times` times; what a careless hand might write.

    equivalent   why no roll-up of the nation could show the change, where none can
    """

    name: str
    function: str
    old: str
    new: str
    times: int = 1
    equivalent: str = ""


SPANS, MAP, FIGURES, BEFORE = "rollup_spans", "unit_map", "figures", "figures_of_year_before"
REPORTING, ANSWERING, YEAR = "reporting_of_spans", "answering_units", "year_before"
KEEP = "keep_rollup"  # what the marts are selections of
MUTANTS = (
    Mutant(
        "plans stay with whom the decision named (the fault of the merger)",
        SPANS,
        "case when f.carried_into <> '' or k.span is not null then f.unit_key else f.answering_key end as unit_key",
        "f.unit_key as unit_key",
    ),
    Mutant(
        "carried plans go over to the successor",
        SPANS,
        "case when f.carried_into <> '' or k.span is not null then f.unit_key else f.answering_key end as unit_key",
        "f.answering_key as unit_key",
    ),
    Mutant(
        "carried plans are left out of the plan",
        SPANS,
        "coalesce(sum(f.value) filter (where f.state in ('accepted', 'carried')), 0) as plan_value",
        "coalesce(sum(f.value) filter (where f.state in ('accepted')), 0) as plan_value",
    ),
    Mutant(
        "carried amounts are left out of the accepted",
        SPANS,
        "sum(f.value) filter (where f.state in ('accepted', 'carried')) as accepted",
        "sum(f.value) filter (where f.state in ('accepted')) as accepted",
    ),
    Mutant(
        "money is measured by a plan of its own",
        SPANS,
        "when s.fact <> 'fct_disbursement' then s.indicator_code",
        "when s.fact is not null then s.indicator_code",
    ),
    Mutant(
        "a plan of any activity measures the figure",
        SPANS,
        "and u.activity_code = s.activity_code and d.plan_indicator_code = s.plan_indicator_code",
        "and d.plan_indicator_code = s.plan_indicator_code",
    ),
    Mutant(
        "a plan of any fund measures the figure",
        SPANS,
        "on u.span = s.span and u.unit_key = s.unit_key and u.fund_code = s.fund_code\n            and u.activity_code",
        "on u.span = s.span and u.unit_key = s.unit_key\n            and u.activity_code",
    ),
    Mutant("only what both years have is compared", SPANS, "full join year_before as b", "inner join year_before as b"),
    Mutant(
        "what is new this year is compared with nothing",
        SPANS,
        "full join year_before as b",
        "right join year_before as b",
    ),
    Mutant(
        "a year in which a unit did not report is nought",
        SPANS,
        "coalesce(p.is_before_whole, before_known.is_known, false)",
        "coalesce(p.is_before_whole, true)",
    ),
    Mutant(
        "no nought beside a year before",
        SPANS,
        "where c.is_compared\n        except",
        "where false\n        except",
    ),
    Mutant(
        "a nought row of a fund out of force",
        SPANS,
        "and q.period_end <= coalesce(n.valid_to, q.period_end)\n    ),\n    figure",
        "\n    ),\n    figure",
    ),
    Mutant(
        "region by the map, nation as a region",
        SPANS,
        "when 'region' then m.region_key else v_nation",
        "when 'region' then m.mapped_key else v_nation",
    ),
    Mutant(
        "what is never added is added",
        SPANS,
        "when i.aggregation = 'sum' or (a.n_figures = 1",
        "when i.aggregation in ('sum', 'none') or (a.n_figures = 1",
    ),
    Mutant(
        "establishments are counted by figure",
        SPANS,
        "count(distinct f.establishment_key) filter (where f.state in ('accepted', 'carried')) as distinct_accepted",
        "count(f.establishment_key) filter (where f.state in ('accepted', 'carried')) as distinct_accepted",
        equivalent="an establishment of the model is supported once, by one project of one unit; test_rollup counts one met twice",
    ),
    Mutant(
        "a fund out of force asks its units",
        SPANS,
        "and q.period_end <= coalesce(f.valid_to, q.period_end)\n        left join duty_count",
        "\n        left join duty_count",
    ),
    Mutant("growth is the ratio itself", SPANS, "nullif(j.prior_value, 0) - 1), 2)", "nullif(j.prior_value, 0)), 2)"),
    Mutant(
        "plan of the closed unit's figures counts as asked of itself",
        SPANS,
        "and o.forms = d.forms and f.answering_key = d.unit_key",
        "and o.forms = d.forms and f.unit_key = d.unit_key",
    ),
    Mutant(
        "the map looks at the day after",
        MAP,
        "where s.effective_date <= geography",
        "where s.effective_date < geography",
        2,
    ),
    Mutant(
        "an older map knows the successor's region",
        MAP,
        "where u.read_on > geography",
        "where u.read_on > geography and false",
    ),
    Mutant(
        "a unit of two regions lies in the first",
        MAP,
        "when count(distinct p.group_key) = 1 and",
        "when count(p.group_key) > 0 and",
    ),
    Mutant(
        "plans decided later are in force",
        FIGURES,
        "and c.effective_from <= a.period_end",
        "and c.effective_from is not null",
    ),
    Mutant(
        "every version of a plan is in force",
        FIGURES,
        "and (c.effective_to is null or c.effective_to > a.period_end)",
        "and (c.effective_to is null or true)",
    ),
    Mutant(
        "an earlier figure is taken from nobody's successor",
        FIGURES,
        "coalesce(same.unit_key, h.mapped_key) as unit_key",
        "c.unit_key as unit_key",
    ),
    Mutant(
        "an earlier carried figure is taken from the successor",
        FIGURES,
        "coalesce(same.unit_key, h.mapped_key) as unit_key",
        "h.mapped_key as unit_key",
    ),
    Mutant(
        "the year before under whom reported it",
        BEFORE,
        "select p.span, p.mapped_key, f.fund_code",
        "select p.span, p.unit_key, f.fund_code",
    ),
    Mutant(
        "stocks have no year before",
        BEFORE,
        "where f.measure in ('ytd', 'stock');",
        "where f.measure in ('ytd');",
    ),
    Mutant(
        "one predecessor that reported is enough",
        REPORTING,
        "bool_and(coalesce(r.is_known, false))",
        "bool_or(coalesce(r.is_known, false))",
        equivalent="every unit of a clean nation has every form that it owes in force",
    ),
    Mutant(
        "a report at one end of the span is enough",
        REPORTING,
        "count(distinct b.month_end) = (",
        "count(distinct b.month_end) <= (",
    ),
    Mutant("two years before", YEAR, "'11 mons'::interval", "'23 mons'::interval"),
    Mutant(
        "rows kept of a month are those of its quarter",
        KEEP,
        "array_agg(register.year_start(register.budget_year_of(p.period_end)) order by",
        "array_agg(date_trunc('quarter', p.period_end)::date order by",
    ),
    Mutant("rows are kept of one map only", KEEP, "array_fill(null::date,", "array_fill(date '2025-07-01',"),
)


def definition(connection: Any, function: str) -> str:
    """The text of a function of schema release."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select pg_get_functiondef(p.oid) from pg_proc as p
            where p.pronamespace = 'release'::regnamespace and p.proname = %s""",
            (function,),
        )
        ((text,),) = cursor.fetchall()
        return text
