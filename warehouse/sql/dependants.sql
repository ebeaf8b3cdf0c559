-- Functions, views and row policies by name, and whatever stands on them: one row an object, with the longest way to
-- it, the definition that makes it (a trigger is made where its function is) and the statement that takes it down.
-- The search path must be empty, so that every name is whole.
with recursive asked as (
    select
        'pg_proc'::regclass::oid as classid,
        oid as objid
    from pg_proc
    where format('%%s.%%s', pronamespace::regnamespace, proname) = any(%(names)s)
    union all
    select
        'pg_class'::regclass::oid as classid,
        oid as objid
    from pg_class
    where relkind = 'v' and format('%%s.%%s', relnamespace::regnamespace, relname) = any(%(names)s)
    union all
    select
        'pg_policy'::regclass::oid as classid,
        pg_policy.oid as objid
    from pg_policy
    inner join pg_class on pg_policy.polrelid = pg_class.oid
    where format('%%s.%%s', pg_class.relnamespace::regnamespace, pg_policy.polname) = any(%(names)s)
),

standing as (
    select
        asked.classid,
        asked.objid,
        0 as depth
    from asked
    union
    select
        above.classid,
        above.objid,
        standing.depth + 1 as depth
    from standing
    inner join pg_depend on standing.classid = pg_depend.refclassid and standing.objid = pg_depend.refobjid
    -- what a view reads is written down with its rule
    left join pg_rewrite on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid
    cross join
        lateral (
            select
                case when pg_rewrite.oid is null then pg_depend.classid else 'pg_class'::regclass::oid end as classid,
                coalesce(pg_rewrite.ev_class, pg_depend.objid) as objid
        ) as above
    where (above.classid, above.objid) <> (standing.classid, standing.objid)
),

deepest as (
    select
        classid,
        objid,
        max(depth) as depth
    from standing
    group by classid, objid
),

final as (
    select
        deepest.objid,
        deepest.depth,
        case
            when class.relkind = 'v' then 'view'
            when proc.oid is not null then 'function'
            when trigger.oid is not null then 'trigger'
            when policy.oid is not null then 'policy'
            -- the type of a view's rows comes and goes with it
            when deepest.classid = 'pg_type'::regclass then 'type'
            else 'other'
        end as kind,
        case
            when class.relkind = 'v' then format('%%s.%%s', class.relnamespace::regnamespace, class.relname)
            when proc.oid is not null then format('%%s.%%s', proc.pronamespace::regnamespace, proc.proname)
            when trigger.oid is not null
                then format('%%s.%%s', called.pronamespace::regnamespace, called.proname)
            when policy.oid is not null
                then format('%%s.%%s', guarded.relnamespace::regnamespace, policy.polname)
        end as maker,
        case
            when class.relkind = 'v' then format('drop view %%s', class.oid::regclass)
            when proc.oid is not null then format('drop routine %%s', proc.oid::regprocedure)
            when trigger.oid is not null
                then format('drop trigger %%I on %%s', trigger.tgname, trigger.tgrelid::regclass)
            when policy.oid is not null then format('drop policy %%I on %%s', policy.polname, policy.polrelid::regclass)
        end as drop_statement,
        pg_describe_object(deepest.classid, deepest.objid, 0) as description
    from deepest
    left join pg_class as class on deepest.classid = 'pg_class'::regclass and deepest.objid = class.oid
    left join pg_proc as proc on deepest.classid = 'pg_proc'::regclass and deepest.objid = proc.oid
    left join pg_trigger as trigger on deepest.classid = 'pg_trigger'::regclass and deepest.objid = trigger.oid
    left join pg_proc as called on trigger.tgfoid = called.oid
    left join pg_policy as policy on deepest.classid = 'pg_policy'::regclass and deepest.objid = policy.oid
    left join pg_class as guarded on policy.polrelid = guarded.oid
)

select * from final
order by depth desc, description
