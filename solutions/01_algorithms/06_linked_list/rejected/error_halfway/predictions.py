"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    "default_limit": 1_000,
    "error_kind": "RuntimeError",
    "tail_call": "as deep",
    "decorated": 2,
    "new_thread": "all of it",
    "after_error": "returns",
    "generators": "raises",
    "raised_limit": "returns",
    "through_c": "fails",
    "kept_alive": 100,
    "slices": 4_950,
    "on_the_way_down": "changed",
    "on_the_way_back": "as it was",
}
