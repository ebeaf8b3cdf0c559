-- All that a night is made from: its moment, the hashes on its run, and the newest of what came in and was said.
select
    run.as_of,
    run.code_hash,
    run.register_hash,
    run.rules_hash,
    run.forms_hash,
    (select max(receipt_key) from raw.receipt) as newest_receipt,
    (select max(decision_key) from review.decision) as newest_decision,
    (select count(*) from review.signature) as n_signatures,
    (select count(*) from review.revocation) as n_revocations,
    (select max(withdrawal_key) from review.withdrawal) as newest_withdrawal,
    (
        select count(*) from raw.receipt
        where state = 'landed' and received_at <= run.as_of
    ) as n_waiting
from release.run as run
where run.run_key = %(run_key)s
