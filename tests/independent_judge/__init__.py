"""A second judge: the linear rules of the warehouse, judged again from the bytes of the files, in plain Python.

It knows the YAML of the rules and of the forms and the rows of the register as data, openpyxl and csv as readers, and the
design as a text. It imports nothing of the product, so that it can contradict it; what it needs of a form, a number, a rule or
a succession it says again, as simply as the files of the sample nation allow.

    cells        a file as grids of cells                       written      what one cell says
    register     rows of the register                           tables       a form's table found in a grid
    reports      the reports of one file, with their figures    standing     which report of an identity is judged
    rules        YAML into sums that are compared               evidence     the reports that a term looks into
    judging      a verdict for every rule and scope             difference   what two judges say differently
"""
