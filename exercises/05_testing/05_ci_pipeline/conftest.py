"""The tests of the given project are run by the workflow, not beside the suite."""

collect_ignore = ["project"]
