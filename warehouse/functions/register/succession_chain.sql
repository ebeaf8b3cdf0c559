-- Who followed whom through whole mergers, however many steps apart, and on which day: that of the last step. Partial transfers
-- are left out: their figures cannot be apportioned without a decided share. The readers of files ask the same before there is a
-- warehouse (ingestion.register.Register.succeeded_on); a test holds the two against each other.
create function register.succession_chain(successions jsonb)
returns table (predecessor_key text, successor_key text, effective_date date, steps integer)
language sql stable parallel safe as $$
    with recursive whole as (
        select s.predecessor_key, s.successor_key, s.effective_date
        from register.succession_step(successions) as s
        where s.is_whole
    ),
    chain as (
        select w.predecessor_key, w.successor_key, w.effective_date, 1 as steps from whole as w
        union all
        select c.predecessor_key, w.successor_key, w.effective_date, c.steps + 1
        from chain as c
        inner join whole as w on c.successor_key = w.predecessor_key
    )
    select c.predecessor_key, c.successor_key, c.effective_date, c.steps from chain as c
$$;
comment on function register.succession_chain is 'Who followed whom through whole mergers, however many steps apart.';
