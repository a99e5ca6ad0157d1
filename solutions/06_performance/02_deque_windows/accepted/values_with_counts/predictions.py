"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # What is in the deque afterwards, or which exception is raised?
    "append_when_full": "bcx",
    "appendleft_when_full": "xab",
    "insert_when_full": "IndexError",
    "extendleft": "yxabc",
    "rotate": "cab",
    "slice": "TypeError",
    "sum_when_full": "bcx",
    "equal_to_list": False,
    # What does the loop that appends to what it walks over?
    "list_grows_in_loop": "goes on",
    "deque_grows_in_loop": "RuntimeError",
    # Does one operation cost more when there are a thousand times as many items?
    "list_pop_last": "constant",
    "list_pop_first": "grows",
    "deque_popleft": "constant",
    "deque_middle": "grows",
}
