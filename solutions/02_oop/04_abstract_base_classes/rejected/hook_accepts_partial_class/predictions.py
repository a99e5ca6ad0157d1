"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # When is the TypeError: "at the class statement", "at the call" or "never"?
    "incomplete": "at the call",
    "no_abc": "never",
    "exception": "never",
    "assigned_later": "at the call",
    "plain_attribute": "never",
    # True or False?
    "abstract_body": True,
    "known_early": False,
    "registered_mro": False,
    "registered_method": False,
    "registered_case": True,
    "registered_except": False,
    "veto": False,
    "veto_child": False,
    # How many, 0, 1 or 2?
    "hook_calls": 1,
}
