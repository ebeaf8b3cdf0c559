"""An oracle for every number that people read: what the sample nation's model means, added up by hand and by nothing of the product.

It stands on the model of the nation (samples), on the register's CSV files and on the forms' YAML as data. It knows no SQL
and no function of ingestion, expectations, khuyencong or dbt. Where the decisions and DESIGN leave something open it says so.

    facts       what each report says, as its office prints it
    territory   who follows whom, which unit of a map a figure belongs to, and in which region
    duties      who owes which report, and what came of it
    standing    the figures that stand at a month's end: reported, carried, plans in force
    comparators plan, year before and coverage, found where the figure stands
    rollup      rows of units, regions and the nation on a map
    marts       the same as rows of the marts, column by column
    comparison  two tables cell by cell
"""
