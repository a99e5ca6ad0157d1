"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # Two threads run the statement once each. Can an update be lost ("lost"), or never ("safe")?
    "local_add": ...,  # n += 1, where n is a local variable
    "attribute_add": ...,  # box.value += 1
    "item_add": ...,  # box.counts["a"] += 1
    "append": ...,  # box.items.append(me)
    "list_add": ...,  # box.items += [me]
    "tuple_add": ...,  # box.pair += (me,)
    "maximum": ...,  # box.best = max(box.best, me)
    "swap": ...,  # box.left, box.right = box.right, box.left
    "check_then_set": ...,  # if "a" not in box.cache: box.cache["a"] = [], then box.cache["a"].append(me)
    "setdefault": ...,  # box.cache.setdefault("a", []).append(me)
    "next_number": ...,  # box.numbers.append(next(box.counter)), where counter is an itertools.count()
    "attribute_add_without_gil": ...,  # box.value += 1 in a free-threaded build
    "append_without_gil": ...,  # box.items.append(me) in a free-threaded build
    # Does the clock count these seconds, in the thread that waits for them: "counted" or "not counted"?
    "child_in_perf_counter": ...,  # time.perf_counter() while another process computes
    "child_in_process_time": ...,  # time.process_time() while another process computes
    "thread_in_process_time": ...,  # time.process_time() while another thread computes
    "thread_in_thread_time": ...,  # time.thread_time() while another thread computes
    # What is sys._is_gil_enabled(): True, False or "AttributeError"?
    "gil_before_3_13": ...,  # in Python 3.11 and 3.12
    "gil_default_build": ...,  # in a default build of Python 3.13 or later
    "gil_free_threaded": ...,  # in a free-threaded build of Python 3.13 or later
    "gil_after_old_extension": ...,  # there, after importing an extension module that is not marked as ready
}
