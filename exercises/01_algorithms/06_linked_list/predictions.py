"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # f calls itself as `1 + f(n - 1)`, down to f(0), which is 0.
    "default_limit": ...,  # sys.getrecursionlimit() in a new interpreter: 100, 1_000 or 10_000
    "error_kind": ...,  # a base class of RecursionError: "RuntimeError", "MemoryError" or "OverflowError"
    "tail_call": ...,  # a function that ends in `return g(n - 1)` can go "deeper" than f or "as deep"
    "decorated": ...,  # f has a decorator in Python; the depth is divided by: 1, 2 or 4
    "new_thread": ...,  # 500 calls are open; a new thread can use "all of it" or "the rest" of the limit
    "after_error": ...,  # f(10_000) has raised; now f(500): "returns" or "raises"
    "generators": ...,  # a generator that does `yield from` itself, 5,000 levels: "returns" or "raises"
    "raised_limit": ...,  # f(50_000), after sys.setrecursionlimit(100_000): "returns" or "fails"
    "through_c": ...,  # the same with 1 + max([n - 1], key=f), in 1 MiB of stack: "returns" or "fails"
    "kept_alive": ...,  # bytes objects alive at a depth of 100, one made by each call: 1 or 100
    "slices": ...,  # items copied by `1 + length(values[1:])` for 100 values: 99, 4_950 or 9_900
    "on_the_way_down": ...,  # turns, then calls itself; after RecursionError: "as it was" or "changed"
    "on_the_way_back": ...,  # calls itself, then turns; after RecursionError: "as it was" or "changed"
}
