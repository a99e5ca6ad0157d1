"""Predictions: true on CPython 3.11 and later, with and without a GIL. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # Two threads run the statement once each. Can an update be lost ("lost"), or never ("safe")?
    "local_add": "safe",
    "attribute_add": "lost",
    "item_add": "lost",
    "append": "safe",
    "list_add": "safe",
    "tuple_add": "lost",
    "maximum": "lost",
    "swap": "lost",
    "check_then_set": "lost",
    "setdefault": "safe",
    "next_number": "safe",
    "attribute_add_without_gil": "lost",
    "append_without_gil": "safe",
    # Does the clock count these seconds, in the thread that waits for them: "counted" or "not counted"?
    "child_in_perf_counter": "counted",
    "child_in_process_time": "not counted",
    "thread_in_process_time": "counted",
    "thread_in_thread_time": "not counted",
    # What is sys._is_gil_enabled(): True, False or "AttributeError"?
    "gil_before_3_13": "AttributeError",
    "gil_default_build": True,
    "gil_free_threaded": False,
    "gil_after_old_extension": True,
}
