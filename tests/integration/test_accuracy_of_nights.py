"""The bench of whole nights on a small nation: what it planted, what the night said, nothing left behind."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest

from bench.judged_nights import judge_nation
from bench.nation_accuracy import clean_flagged, scores_of, summary
from samples.errors_in_cells import CELL_KINDS
from warehouse.settings import Settings

NEED_A_QUARTER_BEFORE = {"unit_block", "stale_copy", "in_period_for_cumulative"}


@pytest.mark.long
def test_a_night_of_its_own_is_judged_by_its_truth(settings: Settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    night = judge_nation(settings, 5, each=3, until=date(2025, 3, 31))
    assert not list(tmp_path.glob("kc-bench-*"))
    scores = scores_of(night)
    assert set(scores) >= set(CELL_KINDS) - NEED_A_QUARTER_BEFORE
    assert all(len(scores[kind]) == 3 for kind in set(CELL_KINDS) - NEED_A_QUARTER_BEFORE)
    found = summary([night])
    assert found["mean"]["flagged"][0] > 0.9 and found["mean"]["first"][0] > 0.6
    assert found["mean"]["first"][0] > found["mean"]["fellegi_holt"][0] > 0
    assert 0 < found["mean"]["rules_share"][0] < 0.7
    n_clean, mistaken = clean_flagged(night)
    assert n_clean > 100 and len({flag.path for flag in mistaken}) <= n_clean // 50
