"""Imports, taken apart: finders and loaders, a search path for a while, lazy imports and clean reloads."""

# ruff: noqa: ARG002, PTH100, PTH119, PTH120

import importlib
import importlib.util
import io
import linecache
import os
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.resources.abc import Traversable, TraversableResources
from types import ModuleType, TracebackType


class _Tree:
    """A place with files: two functions list their paths and read them."""

    def __init__(self, place: str, paths: Callable[[], Iterable[str]], read: Callable[[str], bytes]) -> None:
        self.place = place
        self.paths = paths
        self.read = read

    def has(self, path: str) -> bool:
        return bool(path) and path in self.paths()

    def has_folder(self, folder: str) -> bool:
        return any(path.startswith(f"{folder}/") for path in self.paths())

    def children(self, folder: str) -> set[str]:
        depth = len(folder.split("/")) if folder else 0
        parts = (path.split("/") for path in self.paths() if not folder or path.startswith(f"{folder}/"))
        return {names[depth] for names in parts if len(names) > depth and names[depth]}

    def find(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        last = name.split(".")[-1]
        if "/" in last or (path is None and last != name):
            return None
        for entry in [self.place] if path is None else path:
            if entry != self.place and not str(entry).startswith(f"{self.place}/"):
                continue
            stem = f"{entry}/{last}"[len(self.place) + 1 :]
            for is_package, file in enumerate((f"{stem}.py", f"{stem}/__init__.py")):
                if self.has(file):
                    return self._spec(name, file, bool(is_package))
        return None

    def _spec(self, name: str, file: str, is_package: bool) -> ModuleSpec:
        filename = f"{self.place}/{file}"
        loader = _Loader(self, name, file, is_package)
        spec = ModuleSpec(name, loader, origin=filename, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(os.path.dirname(filename))
        return spec


class _Loader(SourceLoader):
    def __init__(self, tree: _Tree, name: str, file: str, package: bool) -> None:
        self.tree = tree
        self.name = name
        self.path = f"{tree.place}/{file}"
        self.file = file
        self.package = package

    def get_filename(self, fullname: str) -> str:
        return self.path

    def is_package(self, fullname: str) -> bool:
        return self.package

    def get_data(self, path: str) -> bytes:
        return self.tree.read(path[len(self.tree.place) + 1 :])

    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(self.name)
        self.remember_lines()
        exec(code, vars(module))

    def remember_lines(self) -> None:
        """Tell `linecache` the text. It would cut it at each form feed if it asked the loader."""
        text = self.get_source(self.name)
        lines = text.split("\n")
        if not lines[-1] and len(lines) > 1:
            lines.pop()
        linecache.cache[self.path] = len(text), None, [f"{line}\n" for line in lines], self.path

    def get_resource_reader(self, fullname: str) -> "_Reader":
        return _Reader(self.tree, os.path.dirname(self.file))


class _Reader(TraversableResources):
    def __init__(self, tree: _Tree, folder: str) -> None:
        self.tree = tree
        self.folder = folder

    def files(self) -> "_Resource":
        return _Resource(self.tree, self.folder)


class _Resource(Traversable):
    def __init__(self, tree: _Tree, path: str) -> None:
        self._tree = tree
        self._where = path

    @property
    def name(self) -> str:
        return os.path.basename(self._where)

    def iterdir(self) -> Iterator["_Resource"]:
        for child in sorted(self._tree.children(self._where)):
            yield self.joinpath(child)

    def is_file(self) -> bool:
        return self._tree.has(self._where)

    def is_dir(self) -> bool:
        return self._where == "" or self._tree.has_folder(self._where)

    def joinpath(self, *names: str) -> "_Resource":
        here = self
        for name in names:
            here = _Resource(self._tree, f"{here._where}/{name}".lstrip("/"))
        return here

    __truediv__ = joinpath

    def read_bytes(self) -> bytes:
        if not self.is_file():
            raise FileNotFoundError(self._where)
        return self._tree.read(self._where)

    def read_text(self, encoding: str | None = None, errors: str = "strict") -> str:
        return self.read_bytes().decode(encoding or "utf-8", errors)

    def open(self, mode: str = "r", *args: object, **kwargs: object):
        if mode == "rb":
            return io.BytesIO(self.read_bytes())
        return io.StringIO(self.read_text(*args, **kwargs))


class MemoryFinder(MetaPathFinder):
    """Finds modules whose texts are in a mapping from paths, such as "birds/owl.py"."""

    def __init__(self, files: Mapping[str, str]) -> None:
        def read(path: str) -> bytes:
            try:
                return files[path].encode()
            except KeyError:
                raise FileNotFoundError(path) from None

        self._tree = _Tree(f"/memory-{uuid.uuid4().hex}", lambda: files, read)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the mapping, or None."""
        return self._tree.find(name, path)


class ZipFinder(MetaPathFinder):
    """Finds modules in a zip archive."""

    def __init__(self, archive: str | os.PathLike[str]) -> None:
        self._archive = os.path.abspath(os.fspath(archive))
        self._names: frozenset[str] | None = None
        # The mark keeps zipimport away, which would offer folders without __init__.py.
        self._tree = _Tree(f"{self._archive}-{uuid.uuid4().hex}", self._paths, self._read)

    def _paths(self) -> frozenset[str]:
        if self._names is None:
            with zipfile.ZipFile(self._archive) as archive:
                self._names = frozenset(archive.namelist())
        return self._names

    def _read(self, path: str) -> bytes:
        with zipfile.ZipFile(self._archive) as archive:
            return archive.read(path)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the archive, or None."""
        return self._tree.find(name, path)


class _SearchPath(AbstractContextManager[None]):
    def __init__(self, folders: Sequence[str | os.PathLike[str]]) -> None:
        self._folders = folders

    def __enter__(self) -> None:
        added = [os.path.abspath(os.fspath(folder)) for folder in self._folders]
        self._lists = [
            (name, getattr(sys, name), getattr(sys, name)[:]) for name in ("path", "meta_path", "path_hooks")
        ]
        self._modules = sys.modules, sys.modules.copy()
        self._cache = sys.path_importer_cache, sys.path_importer_cache.copy()
        # New finders for all folders: they look for themselves, whatever the time stamps say.
        sys.path_importer_cache.clear()
        sys.path += added

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for name, object_, items in self._lists:
            object_[:] = items
            setattr(sys, name, object_)
        sys.path_importer_cache, entries = self._cache
        sys.path_importer_cache.clear()
        sys.path_importer_cache.update(entries)
        modules, entries = self._modules
        _alive = dict(modules)
        modules.clear()
        modules.update(entries)
        sys.modules = modules


def search_path(*folders: str | os.PathLike[str]) -> AbstractContextManager[None]:
    """Let modules be found in these folders, too, while the block runs; then everything is as before."""
    return _SearchPath(folders)


class _Lazy(ModuleType):
    def __getattr__(self, name: str) -> object:
        spec = ModuleType.__getattribute__(self, "__spec__")
        special = name.startswith("__") and name.endswith("__") and name != "__all__"
        if special and name not in (spec.loader.get_source(spec.name) or ""):
            raise AttributeError(name)
        _run(self, spec)
        return getattr(self, name)


def _run(module: ModuleType, spec: ModuleSpec) -> None:
    module.__class__ = ModuleType
    try:
        spec.loader.exec_module(module)
    except BaseException:
        parent, _, child = spec.name.rpartition(".")
        if sys.modules.get(spec.name) is module:
            sys.modules.pop(spec.name)
        if parent in sys.modules and sys.modules[parent].__dict__.get(child) is module:
            del sys.modules[parent].__dict__[child]
        raise


def lazy_import(name: str) -> ModuleType:
    """Return a module whose code is executed when one of its names is wanted for the first time."""
    if isinstance(sys.modules.get(name), ModuleType):
        return sys.modules[name]
    spec = importlib.util.find_spec(name)  # This imports the packages above.
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if name in sys.modules:  # A package has imported its submodule.
        return sys.modules[name]
    lazy = _Lazy(name)
    # A copy of what the import system would give to the module.
    vars(lazy).update(vars(importlib.util.module_from_spec(spec)))
    sys.modules[name] = lazy
    package, _, child = name.rpartition(".")
    if package:
        setattr(sys.modules[package], child, lazy)
    return lazy


_KEPT = (
    "__name__",
    "__package__",
    "__spec__",
    "__loader__",
    "__file__",
    "__cached__",
    "__path__",
    "__builtins__",
)


def clean_reload(module: ModuleType) -> ModuleType:
    """Execute a module's text again, without what the old text left; if that fails, nothing has changed."""
    spec = module.__spec__
    loader = spec.loader
    filename = loader.get_filename(spec.name)
    # Not by get_code, which may take a bytecode file of the same second.
    code = compile(loader.get_data(filename), filename, "exec", dont_inherit=True)
    namespace, old, loaded, kind = module.__dict__, module.__dict__.copy(), set(sys.modules), type(module)
    for name in old:
        if name not in _KEPT:
            del namespace[name]
    namespace["__doc__"] = None
    prefix = f"{spec.name}."
    for name, submodule in list(sys.modules.items()):
        child = name.removeprefix(prefix)
        if name.startswith(prefix) and "." not in child and submodule is not None:
            namespace[child] = submodule
    done = False
    try:
        module.__class__ = ModuleType if kind is _Lazy else kind
        if isinstance(loader, _Loader):
            loader.remember_lines()
        else:
            linecache.cache.pop(filename, None)
        exec(code, namespace)
        done = True
    finally:
        if not done:
            module.__class__ = kind
            namespace.clear()
            namespace.update(old)
            for name in set(sys.modules) - loaded:
                if name.startswith(prefix):
                    del sys.modules[name]
    return module
