"""Predictions: replace each ``...`` by your answer. The README says what is asked."""

PREDICTIONS = {
    # How often, or which?
    "executions": ...,
    "as_a_program": ...,
    "bound_name": ...,
    "copied_name": ...,
    "same_name": ...,
    # "there" or "gone"?
    "failed_module": ...,
    "its_helper": ...,
    "reloaded_name": ...,
    # True or False?
    "reloaded_function": ...,
    "reloaded_class": ...,
    # "works" or "raises"?
    "circle_from": ...,
    "circle_import": ...,
    "none_entry": ...,
    "no_init": ...,
    "star_submodule": ...,
    "star_private": ...,
    # Whose?
    "builtin": ...,
    "second_folder": ...,
}
