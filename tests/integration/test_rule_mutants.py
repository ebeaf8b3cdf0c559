"""Every rule, changed in one place, contradicts its proof: the proofs would notice a slip of the hand in expectations/rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from judging import Judged, judged_cases
from rule_mutants import Mutant, mutants_of, read_equivalent
from rule_proofs import contradictions, give_places, read_proofs

from expectations.rulebook.loading import load_rules
from expectations.rulebook.rule import Rule
from expectations.rulebook.vocabulary import read_vocabulary
from ingestion.forms import load_forms
from warehouse.address import Warehouse
from warehouse.settings import Settings

pytestmark = pytest.mark.long

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
RULES = load_rules(SETTINGS)
CASES = read_proofs()
YEARS = give_places(CASES)


@pytest.fixture(scope="module")
def mutants() -> dict[str, Mutant]:
    """The mutants by the id under which they are judged."""
    forms = load_forms(SETTINGS.forms, SETTINGS.register)
    found = mutants_of(RULES, SETTINGS.rules, read_vocabulary(forms, SETTINGS.register))
    return {f"{mutant.of}~{number}": mutant for number, mutant in enumerate(found)}


@pytest.fixture(scope="module")
def judged(cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory, mutants: dict[str, Mutant]) -> Iterator[Judged]:
    """The rules and all their mutants on the figures of the proofs, in one run of dbt."""
    copies = [_in_its_years(key, mutant.rule) for key, mutant in mutants.items() if mutant.rule is not None]
    with judged_cases(cluster, tmp_path_factory.mktemp("mutants"), [*RULES, *copies], CASES) as found:
        yield found


def _in_its_years(key: str, rule: Rule) -> Rule:
    """A mutant under its own id, due only where the proof of its rule stands: elsewhere it would say what nobody asks."""
    first, last = YEARS[rule.rule_id]
    until = date(last, 12, 31) if rule.valid_to is None else min(rule.valid_to, date(last, 12, 31))
    return dataclasses.replace(rule, rule_id=key, valid_from=max(rule.valid_from, date(first, 1, 1)), valid_to=until)


def test_the_rules_themselves_are_proved(judged: Judged) -> None:
    said = [s for rule_id, cases in CASES.items() for c in cases for s in contradictions(c, rule_id, judged.verdicts, judged.named)]
    assert said == []


def test_every_rule_has_mutants(mutants: dict[str, Mutant]) -> None:
    judgeable = {mutant.of for mutant in mutants.values() if mutant.rule is not None}
    assert judgeable == {rule.rule_id for rule in RULES}


def test_every_mutant_is_killed_or_argued_away(judged: Judged, mutants: dict[str, Mutant]) -> None:
    rows = read_equivalent()
    survivors, idle = [], {f"{row.rule}: {row.change}" for row in rows}
    for key, mutant in mutants.items():
        if mutant.rule is None:
            continue
        is_killed = any(
            True for case in CASES[mutant.of] for _ in contradictions(case, key, judged.verdicts, judged.named)
        )
        argued = [row for row in rows if row.fits(mutant)]
        if not is_killed:
            idle -= {f"{row.rule}: {row.change}" for row in argued}
            if not argued:
                survivors.append(f"{mutant.of}: {mutant.change}")
    assert not survivors, "no proof notices:\n" + "\n".join(survivors)
    assert idle == set(), "these rows argue for mutants that a proof kills, or that are gone"
