"""The functions are the methods of the dict, as far as it has them."""

values = {"currency": "EUR", "language": "en"}
_copy = values.copy()

put = values.__setitem__


def get(name, default=None):
    return {name: default, **values}[name]


def reset():
    for name in values.keys() - _copy.keys():
        values.pop(name)
    values.update(_copy)
