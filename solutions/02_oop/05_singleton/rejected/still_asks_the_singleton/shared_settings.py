"""Settings for the whole program: the module itself is the one object."""

_BEGINNING = {"currency": "EUR", "language": "en"}

values: dict[str, object] = dict(_BEGINNING)
"""All settings, by name. The name is bound once: others may hold the dict under a name of their own."""


def get(name: str, default: object = None) -> object:
    """Return the value of this name, or ``default`` if there is none."""
    return values.get(name, default)


def put(name: str, value: object) -> None:
    """Set a value."""
    values[name] = value


def reset() -> None:
    """Bring back the values of the beginning, and only those."""
    values.clear()
    values.update(_BEGINNING)
