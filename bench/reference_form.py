"""The reference form of the reconciliation benches: 40 figures, 26 rules, a clean report, its last one, 12 errors.

A provincial report: money planned, assigned, contracted and disbursed (two central lines, their sum, local, total),
persons by class and sex, projects by state, money paid to four month-ends, and the ledger's own figures.
"""

from __future__ import annotations

import math
import random

MEASURES = ("plan", "asg", "con", "dis")
LINES = ("ndt", "nsn", "n", "l", "t")
PERSONS = ("bn_poor", "bn_near", "bn_new", "bn_t", "bn_male", "bn_fem", "bn_eth")
PROJECTS = ("pj_new", "pj_on", "pj_done", "pj_stop", "pj_t")
PAID, LEDGER = ("ytd6", "ytd8", "ytd9", "ytd12"), ("kb_n", "kb_l", "kb_t", "bo_n")
CELLS = (*(f"{m}_{line}" for m in MEASURES for line in LINES), *PERSONS, *PROJECTS, *PAID, *LEDGER)
MONEY = frozenset(c for c in CELLS if not c.startswith(("bn_", "pj_")))
WEIGHTS = {**dict.fromkeys(LEDGER, 1.5), **dict.fromkeys(PAID[:3], 1.25)}
RULES = (
    *(rule for m in MEASURES for rule in (f"{m}_ndt + {m}_nsn == {m}_n", f"{m}_n + {m}_l == {m}_t")),
    *(f"{a}_{line} <= {b}_{line}" for line in "nt" for a, b in (("asg", "plan"), ("dis", "asg"), ("con", "asg"))),
    "bn_poor + bn_near + bn_new == bn_t",
    "bn_male + bn_fem == bn_t",
    "bn_eth <= bn_t",
    "pj_new + pj_on + pj_done + pj_stop == pj_t",
    *("ytd6 <= ytd8", "ytd8 <= ytd9", "ytd9 <= ytd12", "ytd12 == dis_t"),
    *("kb_n + kb_l == kb_t", "dis_n == kb_n", "dis_l == kb_l", "asg_n == bo_n"),
)
GRAIN = 10
BLOCK = {m: tuple(f"{m}_{line}" for line in LINES) for m in MEASURES} | {"bn": PERSONS, "pj": PROJECTS, "ytd": PAID}
TYPED = tuple(c for c in CELLS if c not in LEDGER and c not in PAID[:3])
SWAPPED = (
    *((f"{m}_ndt", f"{m}_nsn") for m in MEASURES),
    *((f"{m}_n", f"{m}_l") for m in MEASURES),
    *((f"con_{line}", f"dis_{line}") for line in LINES),
    *(("bn_poor", "bn_near"), ("bn_male", "bn_fem"), ("pj_on", "pj_done")),
)
TOTALS = (*(f"{m}_{line}" for m in MEASURES for line in "nt"), "bn_t", "pj_t")
KINDS = (
    *("unit_cell", "unit_block", "unit_all", "decimal", "digits_interchanged", "digit_replaced", "sign", "swap"),
    *("missing_total", "stale_block", "in_period", "random"),
)

Figures = dict[str, float]


def clean_pair(rng: random.Random, is_rounded: bool) -> tuple[Figures, Figures]:
    """A report that satisfies all rules (over its rounding, if rounded to GRAIN) and the one of the period before."""
    while True:
        now = _report(rng)
        before = _earlier(rng, now)
        if is_rounded:
            now, before = _rounded(now), _rounded(before)
        if _is_clean(now, GRAIN / 2 if is_rounded else 0):
            return now, before


def _report(rng: random.Random) -> Figures:
    t: Figures = {}
    new, old, local = (math.exp(rng.gauss(mean, 0.5)) for mean in (11.2, 10.4, 10.0))
    shares = {"plan": 1.0, "asg": rng.uniform(0.9, 1), "con": rng.uniform(0.6, 0.88), "dis": rng.uniform(0.3, 0.58)}
    for m, share in shares.items():
        _sum_up(t, m, round(new * share), round(old * share * rng.uniform(0.97, 1)), round(local * share))
    poor, near, fresh = (round(math.exp(rng.gauss(mean, 0.4))) for mean in (8.5, 7.9, 7.0))
    persons = poor + near + fresh
    male = round(persons * rng.uniform(0.4, 0.6))
    ethnic = round(persons * rng.uniform(0.3, 0.9))
    t.update(zip(PERSONS, (poor, near, fresh, persons, male, persons - male, ethnic), strict=True))
    projects = [rng.randrange(1, 60) for _ in range(4)]
    t.update(zip(PROJECTS, (*projects, sum(projects)), strict=True))
    ninth = round(t["dis_t"] * rng.uniform(0.6, 0.9))
    eighth = round(ninth * rng.uniform(0.8, 0.97))
    t.update(zip(PAID, (round(eighth * rng.uniform(0.5, 0.8)), eighth, ninth, t["dis_t"]), strict=True))
    return _with_ledger(t)


def _earlier(rng: random.Random, now: Figures) -> Figures:
    p = dict(now)
    for m, share in (("plan", 1.0), ("asg", 0.97), ("con", 0.7), ("dis", 0.55)):
        parts = (
            now[f"{m}_{line}"] * share * (1 if m == "plan" else rng.uniform(0.9, 1)) for line in ("ndt", "nsn", "l")
        )
        _sum_up(p, m, *map(round, parts))
    for cell in PERSONS:
        p[cell] = round(now[cell] * rng.uniform(0.93, 1.1))
    p["bn_t"] = p["bn_poor"] + p["bn_near"] + p["bn_new"]
    p["ytd12"] = p["dis_t"]
    return _with_ledger(p)


def _sum_up(t: Figures, m: str, new: int, old: int, local: int) -> None:
    t.update(zip(BLOCK[m], (new, old, new + old, local, new + old + local), strict=True))


def _with_ledger(t: Figures) -> Figures:
    return t | dict(zip(LEDGER, (t["dis_n"], t["dis_l"], t["dis_t"], t["asg_n"]), strict=True))


def _rounded(t: Figures) -> Figures:
    return {c: round(v / GRAIN) * GRAIN if c in MONEY else v for c, v in t.items()}


def _is_clean(t: Figures, half: float) -> bool:
    slack = dict.fromkeys(CELLS, 0) | dict.fromkeys(MONEY, half)
    for rule in RULES:
        left, sign, right = rule.partition(" == " if "==" in rule else " <= ")
        terms = [(c, 1) for c in left.split(" + ")] + [(right, -1)]
        gap = sum(t[c] * a for c, a in terms)
        if (gap if "<" in sign else abs(gap)) > sum(slack[c] for c, _ in terms):
            return False
    return True


def damage(rng: random.Random, truth: Figures, before: Figures, kind: str) -> tuple[Figures, frozenset[str]]:
    """One error of a kind: the damaged report and the cells that differ from the truth (none: try again)."""
    y = dict(truth)
    if kind == "unit_cell":
        cell = rng.choice([c for c in TYPED if c in MONEY])
        y[cell] = _times(truth[cell], rng.choice((3, 6, -3)))
    elif kind in ("unit_block", "unit_all"):
        money = tuple(c for c in CELLS if c in MONEY and c not in LEDGER)
        cells = BLOCK[rng.choice(MEASURES)] if kind == "unit_block" else money
        power = rng.choice((3, -3, 6) if kind == "unit_block" else (3, -3))
        y.update({c: _times(truth[c], power) for c in cells})
    elif kind == "decimal":
        cell = rng.choice(TYPED)
        y[cell] = _times(truth[cell], rng.choice((1, 2, -1, -2)))
    elif kind in ("digits_interchanged", "digit_replaced"):
        _mistype(rng, truth, y, kind)
    elif kind == "sign":
        cell = rng.choice([c for c in TYPED if truth[c]])
        y[cell] = -truth[cell]
    elif kind == "swap":
        one, other = rng.choice(SWAPPED)
        y[one], y[other] = truth[other], truth[one]
    elif kind == "missing_total":
        y[rng.choice(TOTALS)] = 0
    elif kind == "stale_block":
        y.update({c: before[c] for c in BLOCK[rng.choice(("asg", "con", "dis", "bn"))]})
    elif kind == "in_period":
        y.update({c: truth[c] - before[c] for c in BLOCK[rng.choice(("con", "dis"))]})
    else:
        cell = rng.choice(TYPED)
        y[cell] = round(truth[cell] * rng.uniform(1.15, 2.2) + 3)
    return y, frozenset(c for c in CELLS if y[c] != truth[c])


def _times(value: float, power: int) -> float:
    return value * 10**power if power > 0 else float(f"{value / 10**-power:.12g}")


def _mistype(rng: random.Random, truth: Figures, y: Figures, kind: str) -> None:
    for _ in range(99):
        cell = rng.choice(TYPED)
        digits = list(str(int(abs(truth[cell]))))
        if len(digits) < 2:
            continue
        if kind == "digits_interchanged":
            at = rng.randrange(len(digits) - 1)
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
        else:
            digits[rng.randrange(len(digits))] = str(rng.randrange(10))
        if int("".join(digits)) != truth[cell]:
            y[cell] = int("".join(digits))
            return


def as_record(name: str, figures: Figures, before: Figures | None, is_rounded: bool) -> dict[str, object]:
    """A record of `kc reconcile`: money stands for ± half a GRAIN when the report is rounded."""
    record: dict[str, object] = {"id": name, "values": figures}
    if is_rounded:
        record["intervals"] = {c: [figures[c] - GRAIN / 2, figures[c] + GRAIN / 2] for c in MONEY}
    return record if before is None else record | {"previous": before}


def as_problem(records: list[dict[str, object]]) -> dict[str, object]:
    """The problem of `kc reconcile` over this form."""
    return {"rules": list(RULES), "weights": WEIGHTS, "negative_allowed": False, "records": records}
