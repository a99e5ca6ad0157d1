"""Predictions: true on CPython 3.11 and later. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # What has become of the object: is it "freed" or "kept"?
    "self_reference": "kept",
    "weak_parent": "freed",
    "caught_exception": "kept",
    "young_collection": "freed",
    "old_cycle": "kept",
    "del_in_a_cycle": "freed",
    "value_refers_to_key": "kept",
    "finalize_with_method": "kept",
    "bound_method": "freed",
    # How many?
    "references": 3,
    "resurrected": 1,
    # Since which version: "3.11" (or before), "3.12", "3.13" or "3.14"?
    "none_is_not_counted": "3.12",
    "between_instructions": "3.12",
    "local_is_not_counted": "3.14",
    "plain_dict_is_tracked": "3.14",
}
