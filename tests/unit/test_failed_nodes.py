"""Which submissions make a night fail, found by leaving some out."""

import random

import pytest

from khuyencong.culprits.failed_nodes import SubmissionFailure, fewest, naming_submission


@pytest.mark.parametrize("seed", range(20))
def test_exactly_those_that_have_to_go_are_found(seed):
    chance = random.Random(seed)
    known = list(range(chance.randrange(1, 300)))
    guilty = set(chance.sample(known, min(len(known), chance.randrange(1, 5))))
    asked = []

    def is_cured(left_out):
        asked.append(len(left_out))
        return guilty <= set(left_out)

    assert set(fewest(known, is_cured)) == guilty
    assert len(asked) <= 2 * len(guilty) * (len(known).bit_length() + 2) + 2


def test_of_two_that_only_fail_together_the_first_is_named():
    assert fewest([9, 8, 7, 6], lambda left_out: 8 in left_out or 7 in left_out) == [8]


def test_whatever_goes_wrong_over_a_submission_names_it():
    with pytest.raises(SubmissionFailure, match="kc withdraw 12 "), naming_submission(12, "The engine"):
        raise ZeroDivisionError("by zero")
