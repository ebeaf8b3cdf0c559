"""Whether two versions of the code make the same: every row of the warehouse and every document of `kc … --json`.

For a change that moves code and must change nothing else. What one version makes is taken once and written down as digests; what
another makes is taken in the same way, and `compare` says what differs. It knows the warehouse as a catalogue and `kc` as a
command, and imports nothing of the product, so that it runs unchanged on a version before and on one after.

    python tests/equality take --tree DIR --nation sample --out before      the sample nation: a night, reviewers' words, a night
    python tests/equality take --tree DIR --nation thirty --out before      the thirty nights of tests/integration
    python tests/equality compare before/sample.json after/sample.json      exit 1 when anything differs

    left_out    the one list of what is not compared, with the reason of each
    relations   rows of tables and views as digests that do not depend on their order
    command     `kc` of a tree in a home, its documents and their digests
    figures     documents that every nation is asked for
    sample      the sample nation;  thirty, play_thirty  the thirty nights
    difference  what differs between two takes
"""
