"""Imports, taken apart: finders and loaders, a search path for a while, lazy imports and clean reloads."""

import importlib
import importlib.util
import io
import itertools
import os
import sys
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources.abc import Traversable, TraversableResources
from pathlib import Path
from types import CodeType, ModuleType
from typing import IO, Any

_numbers = itertools.count(1)


class _Tree:
    """A tree of files. Each ``__file__`` and ``__path__`` begins with ``root``, which no other tree has."""

    def __init__(self, root: str, paths: Callable[[], Collection[str]], read: Callable[[str], bytes]) -> None:
        self.root = root
        self.paths = paths
        self.read = read

    def find_spec(self, name: str, places: Sequence[str] | None) -> ModuleSpec | None:
        """Return the spec of a module in one of the places, which may be somebody else's."""
        if places is None and name in sys.stdlib_module_names:
            return None
        paths = self.paths()
        for place in [self.root] if places is None else places:
            if place != self.root and not place.startswith(f"{self.root}/"):
                continue
            location = f"{place}/{name.rpartition('.')[2]}"
            for file, search in ((f"{location}/__init__.py", [location]), (f"{location}.py", None)):
                path = file.removeprefix(f"{self.root}/")
                if path in paths:
                    return importlib.util.spec_from_file_location(
                        name, file, loader=_Loader(self, path), submodule_search_locations=search
                    )
        return None


class _Loader(InspectLoader):
    """Loads one module. The base class executes what ``get_code`` returns."""

    def __init__(self, tree: _Tree, path: str) -> None:
        self._tree = tree
        self._path = path

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 - there is one for each module
        return self._path.endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        """Return the text as it is now; ``linecache`` asks for it, too."""
        try:
            return importlib.util.decode_source(self._tree.read(self._path))
        except KeyError:
            raise ImportError(f"{self._path} is gone", name=fullname) from None

    def get_code(self, fullname: str) -> CodeType:
        """Compile with the name of the file, by which tracebacks and ``inspect`` find the text."""
        return self.source_to_code(self.get_source(fullname), f"{self._tree.root}/{self._path}")

    def get_resource_reader(self, fullname: str) -> TraversableResources | None:
        if not self.is_package(fullname):
            return None
        return _Resources(_Entry(self._tree, self._path.removesuffix("/__init__.py")))


class _Resources(TraversableResources):
    """What ``importlib.resources`` asks a loader for."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder

    def files(self) -> Traversable:
        return self._folder


class _Entry(Traversable):
    """A file or a folder of a tree. There are no folders as such, only paths that go through one."""

    def __init__(self, tree: _Tree, path: str) -> None:
        self._tree = tree
        self._path = path

    @property
    def name(self) -> str:
        return self._path.rpartition("/")[2]

    def is_file(self) -> bool:
        return self._path in self._tree.paths()

    def is_dir(self) -> bool:
        return any(path.startswith(f"{self._path}/") for path in self._tree.paths())

    def iterdir(self) -> Iterator["_Entry"]:
        start = f"{self._path}/"
        inside = [path.removeprefix(start) for path in self._tree.paths() if path.startswith(start)]
        return (self.joinpath(name) for name in sorted({path.partition("/")[0] for path in inside}))

    def joinpath(self, *descendants: str | os.PathLike[str]) -> "_Entry":
        return _Entry(self._tree, "/".join([self._path, *map(os.fspath, descendants)]))

    def open(self, mode: str = "r", *args: Any, **keywords: Any) -> IO[Any]:
        if not self.is_file():
            raise FileNotFoundError(self._path)
        stream = io.BytesIO(self._tree.read(self._path))
        return stream if "b" in mode else io.TextIOWrapper(stream, *args, **keywords)


class MemoryFinder(MetaPathFinder):
    """Finds modules whose texts are in a mapping from paths, such as "birds/owl.py"."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._tree = _Tree(f"/<memory {next(_numbers)}>", lambda: files, lambda path: files[path].encode())

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the mapping, or None."""
        return self._tree.find_spec(name, path)


class ZipFinder(MetaPathFinder):
    """Finds modules in a zip archive."""

    def __init__(self, archive: str | os.PathLike[str]) -> None:
        location = str(Path(archive).absolute())
        with zipfile.ZipFile(location) as opened:
            members = frozenset(name for name in opened.namelist() if not name.endswith("/"))

        def read(path: str) -> bytes:
            with zipfile.ZipFile(location) as opened:
                return opened.read(path)

        self._tree = _Tree(location, lambda: members, read)

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the archive, or None."""
        return self._tree.find_spec(name, path)


@contextmanager
def search_path(*folders: str | os.PathLike[str]) -> Iterator[None]:
    """Let modules be found in these folders, too, while the block runs; then everything is as before."""
    lists = {
        name: (getattr(sys, name), [*getattr(sys, name)]) for name in ("path", "meta_path", "path_hooks")
    }
    mappings = [(one, dict(one)) for one in (sys.modules, sys.path_importer_cache)]
    paths = [str(Path(folder).absolute()) for folder in folders]
    try:
        sys.path.extend(paths)
        for path in paths:  # what an earlier look into the folder has found may be out of date
            sys.path_importer_cache.pop(path, None)
        yield
    finally:
        for name, (one, items) in lists.items():
            one[:] = items
            setattr(sys, name, one)
        for mapping, entries in mappings:
            mapping.clear()
            mapping.update(entries)


def lazy_import(name: str) -> ModuleType:
    """Return a module whose code is executed when one of its names is wanted for the first time."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = importlib.util.module_from_spec(spec)
    module.__class__ = _LazyModule
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


class _LazyModule(ModuleType):
    """A module that has not been executed. ``__getattr__`` is called for what is not there yet."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        self.__class__ = ModuleType  # first, so that nothing in the module's code comes here again
        try:
            spec.loader.exec_module(self)
        except BaseException:
            sys.modules.pop(spec.name, None)
            raise
        return getattr(self, name)


_METADATA = frozenset(
    {
        *("__name__", "__doc__", "__package__", "__loader__", "__spec__"),
        *("__file__", "__cached__", "__path__", "__builtins__"),
    }
)


def clean_reload(module: ModuleType) -> ModuleType:
    """Execute a module's text again, without what the old text left; if that fails, nothing has changed."""
    names = vars(module)
    before = dict(names)
    submodules = {
        name.rpartition(".")[2] for name in sys.modules if name.rpartition(".")[0] == module.__name__
    }
    for name in before.keys() - _METADATA - submodules:
        del names[name]
    try:
        return importlib.reload(module)
    except BaseException:
        names.clear()
        names.update(before)
        raise
