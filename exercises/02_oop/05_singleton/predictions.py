"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # Book keeps its one object in cls.only, in __new__; Meta keeps them in a dict, in __call__.
    "init_again": ...,  # Book with __init__: Book("a"), then Book("b").name: "a" or "b"
    "parent_first": ...,  # class Child(Book): Book(), then the class of Child(): "Book" or "Child"
    "child_first": ...,  # class Child(Book): Child(), then the class of Book(): "Book" or "Child"
    "copy_of_new": ...,  # copy.copy(book) is book, for a Book: True or False
    "copy_of_meta": ...,  # copy.copy(thing) is thing, for a class with the metaclass Meta: True or False
    "old_pickle": ...,  # book.n, after a pickle from the time when it was 1 was loaded when it was 2: 1 or 2
    "function": ...,  # isinstance(book, Book), Book being a function: True, False or "TypeError"
    "reloaded_values": ...,  # values is m.values, after m was reloaded: True or False
    "reloaded_put": ...,  # a put from before the reload writes into the new m.values: True or False
    "import_twice": ...,  # runs of the body of a module that two other modules import: 0, 1 or 2
    "main_twice": ...,  # runs of the body of program.py, run as a program and imported: 0, 1 or 2
    "cached": ...,  # runs of a functools.cache function that two threads call at the same time: 0, 1 or 2
    "weak": ...,  # objects made by two calls, only weakly referenced in between: 0, 1 or 2
}
