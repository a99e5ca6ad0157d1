"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    "init_again": "b",
    "parent_first": "Book",
    "child_first": "Book",
    "copy_of_new": True,
    "copy_of_meta": False,
    "old_pickle": 1,
    "function": "TypeError",
    "reloaded_values": False,
    "reloaded_put": True,
    "import_twice": 1,
    "main_twice": 2,
    "cached": 2,
    "weak": 2,
}
