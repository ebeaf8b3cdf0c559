"""Two facts have one home each: the state in which a submission stands, and what is visible at a release."""

import pytest

from kc.house_page import HOUSES
from warehouse.settings import PROJECT

# Tests read the tables where they prove what the homes say, migrations make them, and the fold remembers their names.
LOOKED_AT = {**dict.fromkeys([*HOUSES, "dags"], ("*.py", "*.sql")), "dbt_project": ("*.sql", "*.yml")}
LEFT_OUT = ("warehouse/migrations/", "dbt_project/target/", "dbt_project/dbt_packages/")

# word → the files that may hold it: first those that say what it means, then those that write it.
HOMES = {
    # the newest word of the gate on a submission; what of it tonight may know
    "standing_history": (
        {"warehouse/functions/checks/submission_state.sql", "warehouse/functions/checks/standing_recorded.sql"},
        {"khuyencong/gate/record.py", "khuyencong/gate/sql/write_history.sql"},
    ),
    # what a release shows, what is open, what came and went
    "closed_release": (
        {
            "warehouse/functions/release/visible_contributions.sql",
            "warehouse/functions/release/visible_reports.sql",
            "warehouse/functions/release/open_contribution.sql",
            "warehouse/functions/release/open_report.sql",
            "warehouse/functions/release/moved_contribution.sql",
            "warehouse/functions/release/moved_report.sql",
        },
        {"khuyencong/release/sql/close_contributions.sql", "khuyencong/release/sql/close_reports.sql"},
    ),
}

# As the facts were written before they had a home, one of each kind of file.
OLD = {
    "standing_history": {
        "khuyencong/flags/sql/failed_verdicts.sql": "select s from checks.standing_history order by run_key desc limit 1",
        "khuyencong/desk/rule_report.py": 'cursor.execute("select max(run_key) from checks.standing_history")',
        "dbt_project/models/facts/fct_submission.sql": "select * from {{ source('checks', 'standing_history') }}",
    },
    "closed_release": {
        "warehouse/functions/release/figures.sql": "where opened_release <= n and (closed_release is null or closed_release > n)",
        "bench/planted_outcomes.py": 'OPEN = "select 1 from release.report where closed_release is null"',
        "dbt_project/models/marts/mart_coverage.sql": "from {{ source('release', 'report') }} where closed_release is null",
        "dags/nightly.py": 'NOW = "coalesce(c.closed_release > 3, true)"',
    },
}


def files_with(word, root):
    """The files of the product, of dbt and of the bench that hold a word."""
    return {
        name
        for folder, patterns in LOOKED_AT.items()
        for pattern in patterns
        for path in (root / folder).rglob(pattern)
        if not (name := path.relative_to(root).as_posix()).startswith(LEFT_OUT) and word in path.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize("word", HOMES)
def test_a_fact_is_read_in_its_home_and_nowhere_else(word):
    says, writes = HOMES[word]
    assert files_with(word, PROJECT) == says | writes


@pytest.mark.parametrize("word", HOMES)
def test_the_old_spelling_is_found_wherever_it_stands(word, tmp_path):
    for name, text in OLD[word].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert files_with(word, tmp_path) == OLD[word].keys()
