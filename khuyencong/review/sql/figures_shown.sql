-- The suspected figures of some flags, each once, in the submission that the flag is about where it is there.
select distinct on (flag.flag_id, cell.figure_key)
    flag.flag_id,
    cell.figure_key,
    concat(receipt.location, '#', cell.sheet_name, '!', cell.cell_address) as cell,
    coalesce(indicator.indicator_name, '') as name_vi,
    coalesce(indicator.indicator_name_en, '') as name_en,
    cell.value,
    coalesce(meaning.is_money, false) as is_money,
    cell.factor
from checks.flag
inner join checks.flag_figure as figure on flag.flag_id = figure.flag_id and figure.is_suspected
inner join staging.stg_figure as cell
    on figure.submission_key = cell.submission_key
    and figure.sheet_code = cell.sheet_code
    and figure.row_number = cell.row_number
    and figure.column_name = cell.column_name
inner join raw.submission on figure.submission_key = submission.submission_key
inner join raw.receipt on submission.receipt_key = receipt.receipt_key
left join register.indicators as indicator on cell.indicator_code = indicator.indicator_code
left join staging.stg_indicator as meaning on cell.indicator_code = meaning.indicator_code
where flag.flag_id = any(%(flag_ids)s)
order by flag.flag_id, cell.figure_key, figure.submission_key <> flag.submission_key, figure.submission_key desc
