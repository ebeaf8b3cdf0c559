-- Nodes of runs that started a number of days before a run go.
delete from release.run_node using release.run as old, release.run as this
where
    run_node.run_key = old.run_key and this.run_key = %(run_key)s
    and old.started_at < this.started_at - make_interval(days => %(days)s)
