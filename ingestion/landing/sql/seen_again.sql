-- Bytes that a place showed last are there again. Those that landing had lost wait for their reader once more, with the
-- time at which they came first.
update raw.receipt
set
    times_seen = times_seen + 1,
    is_asked_again = false,
    state = case when is_asked_again then 'landed' else state end,
    nights_tried = case when is_asked_again then 0 else nights_tried end
where receipt_key = any(%(receipts)s)
