"""The bench of judging in SQL agrees with itself: dbt's checks and numpy fail the same rules of the same reports."""

from bench.judging import judge_small_forms


def test_sql_and_numpy_fail_the_same_rules(settings, database):
    told = judge_small_forms(settings, database, 250, 0.5, 7)
    assert (told["rules_x_submissions"], told["verdicts"], told["figures"]) == (10_000, 10_000, 10_000)
    assert set(told["by_verdict"]) == {"pass", "fail"}
    assert told["failed"] == told["failed_by_numpy"] > 100
    assert told["differ"] == 0
