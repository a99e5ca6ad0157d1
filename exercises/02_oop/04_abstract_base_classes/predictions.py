"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # When is the TypeError: "at the class statement", "at the call" or "never"?
    # Base is an ABC with one abstract method, read.
    "incomplete": ...,  # class Child(Base): pass, then Child()
    "no_abc": ...,  # the same, Base being an ordinary class; read is still marked as abstract
    "exception": ...,  # class Child(Base, Exception): pass, then Child()
    "assigned_later": ...,  # class Child(Base): pass, then Child.read = lambda self: b"", then Child()
    "plain_attribute": ...,  # class Child(Base): read = 3, then Child()
    # True or False?
    "abstract_body": ...,  # super().read() in a child runs the body of the abstract Base.read
    "known_early": ...,  # while Base.__init_subclass__ runs: hasattr(cls, "__abstractmethods__")
    "registered_mro": ...,  # after Base.register(Other): Base in Other.__mro__
    "registered_method": ...,  # Base has a method twice, which is not abstract: hasattr(Other, "twice")
    "registered_case": ...,  # after Base.register(Other): case Base() matches an Other
    "registered_except": ...,  # Base is an exception; except Base catches one that is registered with it
    "veto": ...,  # the hook returns False; after Base.register(Other): issubclass(Other, Base)
    "veto_child": ...,  # the hook returns False; class Child(Base): issubclass(Child, Base)
    # How many, 0, 1 or 2?
    "hook_calls": ...,  # calls of a hook that returns True, when issubclass(Other, Base) is asked twice
}
