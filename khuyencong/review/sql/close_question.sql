-- What became of a question: who answered what and when, and why the answer was refused.
update review.request
set
    closed_at = %(closed_at)s,
    outcome = %(outcome)s,
    answered_by = %(answered_by)s,
    answered_at = %(answered_at)s,
    answer = %(answer)s,
    refusal_code = %(refusal_code)s,
    refusal_vi = %(refusal_vi)s,
    refusal_en = %(refusal_en)s
where request_key = %(request_key)s
