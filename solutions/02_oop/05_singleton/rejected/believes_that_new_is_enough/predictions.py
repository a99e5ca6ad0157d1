"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    "init_again": "a",
    "parent_first": "Child",
    "child_first": "Book",
    "copy_of_new": True,
    "copy_of_meta": True,
    "old_pickle": 2,
    "function": "TypeError",
    "reloaded_values": False,
    "reloaded_put": True,
    "import_twice": 1,
    "main_twice": 2,
    "cached": 1,
    "weak": 2,
}
