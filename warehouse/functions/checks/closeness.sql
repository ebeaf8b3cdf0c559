-- The ladder of closeness: how near a comparison of printed numbers comes to hold, best rung first. One CASE over columns, which the
-- planner writes into the query. What is worse than borderline is the caller's to say: words beside the numbers may still explain
-- it (soft), or nothing does (hard). A test holds it against ingestion.written.closeness.
--   difference          left less right, at the printed values
--   near_low, near_high the same when each number was rounded to nearest
--   cut_low, cut_high   the same when each was cut off, or one of them
--   is_edge_in          one side is a single number, which the edge of the other's rounding still holds
create function checks.closeness(
    comparison text, difference numeric, near_low numeric, near_high numeric, cut_low numeric, cut_high numeric,
    is_edge_in boolean default false
)
returns text
language sql immutable parallel safe
return case
    when case comparison when '==' then difference = 0 when '<=' then difference <= 0 else difference >= 0 end then 'exact'
    when (comparison = '>=' or near_low < 0 or is_edge_in and near_low = 0)
        and (comparison = '<=' or near_high > 0 or is_edge_in and near_high = 0) then 'rounding'
    when (comparison = '>=' or cut_low < 0) and (comparison = '<=' or cut_high > 0) then 'truncation'
    when comparison <> '>=' and near_low = 0 or comparison <> '<=' and near_high = 0 then 'borderline'
end;
comment on function checks.closeness is
'exact, rounding, truncation or borderline; null when the two sides of a comparison lie apart.';
