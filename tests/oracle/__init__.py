"""An oracle for every number that people read: what the model of the sample nation means, added up by nothing of the product.

It stands on that model (samples), on the register's CSV files and on the forms' YAML as data. It knows no SQL
and no function of ingestion, expectations, khuyencong or dbt. Where the decisions and DESIGN leave something open it says so.

    register    the register and the forms, as rows
    facts       what each report says, as its office prints it
    territory   who follows whom, which unit of a map a figure belongs to, and in which region
    duties      who owes which report, and what came of it
    standing    the figures that stand at a month's end: reported, carried, plans in force
    comparators plan, year before and coverage, found where the figure stands
    rollup      rows of units, regions and the nation on a map
    marts       the same as rows of the marts, column by column
    comparison  two tables cell by cell
"""
