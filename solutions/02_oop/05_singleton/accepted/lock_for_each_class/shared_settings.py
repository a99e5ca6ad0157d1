"""Functions over a dict that is never exchanged."""

values = {}


def get(name, default=None):
    try:
        return values[name]
    except KeyError:
        return default


def put(name, value):
    values.update({name: value})


def reset():
    for name in list(values):
        del values[name]
    put("currency", "EUR")
    put("language", "en")


reset()
