"""Predictions: replace each ``...`` by your answer. The README says what is asked."""

PREDICTIONS = {
    # How often, or which?
    "executions": 1,
    "as_a_program": 2,
    "bound_name": "roost",
    "copied_name": "old",
    "same_name": "function",
    # "there" or "gone"?
    "failed_module": "gone",
    "its_helper": "there",
    "reloaded_name": "there",
    # True or False?
    "reloaded_function": False,
    "reloaded_class": False,
    # "works" or "raises"?
    "circle_from": "raises",
    "circle_import": "works",
    "none_entry": "raises",
    "no_init": "works",
    "star_submodule": "works",
    "star_private": "raises",
    # Whose?
    "builtin": "the interpreter",
    "second_folder": "the first",
}
