"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # How do the copied bytes grow with the number of lines: "linear" or "quadratic"?
    "local": "linear",
    "plain_addition": "linear",
    "added_pair": "linear",
    "two_additions": "quadratic",
    "second_name": "quadratic",
    "attribute": "quadratic",
    "nonlocal": "quadratic",
    "f_string": "quadratic",
    "bytearray": "linear",
    # Is it the "same object" or a "new object"?
    "small_product": "same object",
    "large_product": "new object",
    "join_of_one": "same object",
    "f_string_pair": "new object",
    # How many?
    "print_writes": 6,
    "utf_16_bytes": 8,
    "euro_factor": 2,
}
