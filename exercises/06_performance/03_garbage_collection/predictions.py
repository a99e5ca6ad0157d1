"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # What has become of the object: is it "freed" or "kept"?
    "self_reference": ...,  # node.me = node; then del node
    "weak_parent": ...,  # parent.child = child; child.parent = weakref.ref(parent); then del parent, child
    "caught_exception": ...,  # the local node of a function that kept the exception it caught
    "young_collection": ...,  # self_reference, then gc.collect(0)
    "old_cycle": ...,  # self_reference with a gc.collect() before the del and gc.collect(0) after it
    "del_in_a_cycle": ...,  # self_reference with a __del__ in its class, then gc.collect()
    "value_refers_to_key": ...,  # WeakKeyDictionary()[node] = [node]; then del node and gc.collect()
    "finalize_with_method": ...,  # weakref.finalize(node, node.close); then del node and gc.collect()
    "bound_method": ...,  # what ref refers to after ref = weakref.ref(node.close); node stays
    # How many?
    "references": ...,  # by how much does sys.getrefcount(node) rise with name = node; pair = [node, node]?
    "resurrected": ...,  # calls of __del__, which puts the object into a list: del node, then kept.clear()
    # Since which version: "3.11" (or before), "3.12", "3.13" or "3.14"?
    "none_is_not_counted": ...,  # sys.getrefcount(None) does not rise by 1,000 after names = [None] * 1_000
    "between_instructions": ...,  # the collector does not run inside of list(map(list, repeat((), 10_000)))
    "local_is_not_counted": ...,  # sys.getrefcount(node) is 1 if only one local variable refers to node
    "plain_dict_is_tracked": ...,  # gc.is_tracked({"a": 1}) is True
}
