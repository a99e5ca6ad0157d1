"""Imports, taken apart: finders and loaders, a search path for a while, lazy imports and clean reloads."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class MemoryFinder(MetaPathFinder):
    """Finds modules whose texts are in a mapping from paths, such as "birds/owl.py"."""

    def __init__(self, files: Mapping[str, str]) -> None:
        raise NotImplementedError("keep the mapping")

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the mapping, or None."""
        raise NotImplementedError("find the file, and say which loader will execute it")


class ZipFinder(MetaPathFinder):
    """Finds modules in a zip archive."""

    def __init__(self, archive: str | os.PathLike[str]) -> None:
        raise NotImplementedError("keep the path of the archive")

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the archive, or None."""
        raise NotImplementedError("find the member, and say which loader will execute it")


@contextmanager
def search_path(*folders: str | os.PathLike[str]) -> Iterator[None]:
    """Let modules be found in these folders, too, while the block runs; then everything is as before."""
    raise NotImplementedError("extend sys.path, yield, and restore it and all that the block has imported")


def lazy_import(name: str) -> ModuleType:
    """Return a module whose code is executed when one of its names is wanted for the first time."""
    raise NotImplementedError("find the module, but do not execute it yet")


def clean_reload(module: ModuleType) -> ModuleType:
    """Execute a module's text again, without what the old text left; if that fails, nothing has changed."""
    raise NotImplementedError("reload the module, and take care of its old names")
