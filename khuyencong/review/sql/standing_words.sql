-- Words on a flag, or on its figures under another flag, that still say something; each with what was said and by whom.
select
    word.group_key,
    word.flag_id,
    word.decision,
    word.word_state as state,
    word.decided_by,
    min(word.decided_at) as decided_at,
    min(word.reason) as reason,
    count(distinct word.figure_key) as n_figures,
    array_agg(word.decision_key order by word.decision_key) as decision_keys,
    array_agg(distinct word.figure_key) as figure_keys,
    bool_or(word.needs_signature) as needs_signature,
    min(word.signed_by) as signed_by,
    min(needed.share_pct) as share_pct,
    min(needed.limit_pct) as limit_pct
from review.decision_state as word
left join review.signature_needed as needed on word.group_key = needed.group_key
where
    word.word_state in ('counts', 'pending')
    and (word.flag_id = %(flag_id)s or word.figure_key = any(%(figure_keys)s))
group by word.group_key, word.flag_id, word.decision, word.word_state, word.decided_by
order by min(word.decided_at), word.group_key
