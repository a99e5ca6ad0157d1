"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # What is in the deque afterwards, or which exception is raised? full is deque("abc", maxlen=3).
    "append_when_full": ...,  # full.append("x"): "abc", "bcx", "xbc" or "IndexError"
    "appendleft_when_full": ...,  # full.appendleft("x"): "abc", "xab", "xbc" or "IndexError"
    "insert_when_full": ...,  # full.insert(1, "x"): "axb", "axc", "bxc" or "IndexError"
    "extendleft": ...,  # deque("abc").extendleft("xy"): "xyabc", "yxabc" or "abcxy"
    "rotate": ...,  # deque("abc").rotate(1): "bca" or "cab"
    "slice": ...,  # deque("abc")[1:]: "a list", "a deque" or "TypeError"
    "sum_when_full": ...,  # full + deque("x"): "abc", "bcx", "abcx" or "IndexError"
    "equal_to_list": ...,  # deque("abc") == list("abc"): True or False
    # What does a loop that appends to what it walks over: "goes on", "stops early" or "RuntimeError"?
    "list_grows_in_loop": ...,
    "deque_grows_in_loop": ...,
    # With a thousand times as many items, does one operation take longer: "constant" or "grows"?
    "list_pop_last": ...,  # items.pop() of a list
    "list_pop_first": ...,  # items.pop(0) of a list
    "deque_popleft": ...,  # items.popleft() of a deque
    "deque_middle": ...,  # items[len(items) // 2] of a deque
}
