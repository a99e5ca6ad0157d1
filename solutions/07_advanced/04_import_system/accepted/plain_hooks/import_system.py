"""No base classes: finders and loaders are objects with the right methods; an archive is read as a whole."""

import importlib
import importlib.util
import io
import os
import pathlib
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import IO, Any


class Place:
    """A path in a tree of bytes, with the methods that importlib.resources promises."""

    def __init__(self, tree: Mapping[str, Any], path: str) -> None:
        self._tree, self._path = tree, path

    @property
    def name(self) -> str:
        return pathlib.PurePosixPath(self._path).name

    def _inside(self) -> list[str]:
        return [path[len(self._path) + 1 :] for path in self._tree if path.startswith(f"{self._path}/")]

    def is_file(self) -> bool:
        return self._path in self._tree

    def is_dir(self) -> bool:
        return bool(self._inside())

    def iterdir(self) -> Iterator["Place"]:
        return iter([self / name for name in {path.split("/")[0] for path in self._inside() if path}])

    def joinpath(self, *parts: str) -> "Place":
        return Place(self._tree, "/".join([self._path, *parts]))

    def __truediv__(self, part: str) -> "Place":
        return self.joinpath(part)

    def read_bytes(self) -> bytes:
        if not self.is_file():
            raise FileNotFoundError(self._path)
        content = self._tree[self._path]
        return content if isinstance(content, bytes) else content.encode()

    def read_text(self, encoding: str | None = None) -> str:
        return self.read_bytes().decode(encoding or "utf-8")

    def open(self, mode: str = "r", **keywords: Any) -> IO[Any]:
        stream = io.BytesIO(self.read_bytes())
        return stream if "b" in mode else io.TextIOWrapper(stream, **keywords)


class Reader:
    def __init__(self, place: Place) -> None:
        self.files = lambda: place


class Load:
    def __init__(self, tree: Mapping[str, Any], path: str) -> None:
        self._tree, self._path = tree, path

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        module.__file__ = spec.origin
        return module

    def get_source(self, name: str) -> str:
        content = self._tree.get(self._path)
        if content is None:
            raise ImportError(f"no {self._path}", name=name)
        return importlib.util.decode_source(content) if isinstance(content, bytes) else content

    def exec_module(self, module: ModuleType) -> None:
        code = compile(self.get_source(module.__name__), str(module.__file__), "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def get_resource_reader(self, name: str) -> Reader:  # noqa: ARG002
        return Reader(Place(self._tree, self._path.rpartition("/")[0]))


def spec_in(
    finder: object, tree: Mapping[str, Any], name: str, path: Sequence[str] | None
) -> ModuleSpec | None:
    mark = f"//{id(finder)}"
    *parents, last = name.split(".")
    if parents:
        if path is None or not any(place == "/".join([mark, *parents]) for place in path):
            return None
    elif name in sys.stdlib_module_names:
        return None
    for is_package, file in (
        (True, "/".join([*parents, last, "__init__.py"])),
        (False, "/".join([*parents, f"{last}.py"])),
    ):
        if file in tree:
            spec = ModuleSpec(name, Load(tree, file), origin=f"{mark}/{file}", is_package=is_package)
            if is_package:
                spec.submodule_search_locations = ["/".join([mark, *parents, last])]
            return spec
    return None


class MemoryFinder:
    """Finds modules whose texts are in a mapping from paths, such as "birds/owl.py"."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the mapping, or None."""
        return spec_in(self, self.files, name, path)


class ZipFinder:
    """Finds modules in a zip archive."""

    def __init__(self, archive: str | os.PathLike[str]) -> None:
        with zipfile.ZipFile(archive) as opened:
            self.files = {one.filename: opened.read(one) for one in opened.infolist() if not one.is_dir()}

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the archive, or None."""
        return spec_in(self, self.files, name, path)


@contextmanager
def search_path(*folders: str | os.PathLike[str]) -> Iterator[None]:
    """Let modules be found in these folders, too, while the block runs; then everything is as before."""
    path, meta_path, hooks = sys.path, sys.meta_path, sys.path_hooks
    kept = [*path], [*meta_path], [*hooks], {**sys.modules}, {**sys.path_importer_cache}
    sys.path_importer_cache.clear()
    sys.path.extend(str(pathlib.Path.cwd() / folder) for folder in folders)
    try:
        yield
    finally:
        sys.path, sys.meta_path, sys.path_hooks = path, meta_path, hooks
        path[:], meta_path[:], hooks[:], modules, importers = kept
        for mapping, entries in ((sys.modules, modules), (sys.path_importer_cache, importers)):
            for key in mapping.keys() - entries.keys():
                del mapping[key]
            mapping |= entries


def lazy_import(name: str) -> ModuleType:
    """Return a module whose code is executed when one of its names is wanted for the first time."""
    try:
        return sys.modules[name]
    except KeyError:
        spec = importlib.util.find_spec(name)
    if not spec:
        raise ModuleNotFoundError(f"nobody finds {name}")

    class Later(ModuleType):
        def __getattribute__(self, wanted: str) -> Any:
            if wanted.startswith("__") and wanted.endswith("__"):
                return super().__getattribute__(wanted)
            object.__setattr__(self, "__class__", ModuleType)
            try:
                spec.loader.exec_module(self)
            except BaseException:
                del sys.modules[name]
                raise
            return getattr(self, wanted)

    module = importlib.util.module_from_spec(spec)
    module.__class__ = Later
    sys.modules[name] = module
    if "." in name:
        package, child = name.rsplit(".", 1)
        setattr(importlib.import_module(package), child, module)
    return module


def clean_reload(module: ModuleType) -> ModuleType:
    """Execute a module's text again, without what the old text left; if that fails, nothing has changed."""
    names = vars(module)
    before = {**names}
    new = ModuleType(module.__name__)
    keep = {*vars(new), "__file__", "__path__", "__cached__", "__builtins__"}
    children = {name.rsplit(".", 1)[1] for name in sys.modules if name.startswith(f"{module.__name__}.")}
    direct = {name for name in children if f"{module.__name__}.{name}" in sys.modules}
    try:
        for name in before:
            if name not in keep | direct:
                names.pop(name)
        importlib.reload(module)
    except BaseException:
        for name in [*names]:
            names.pop(name)
        names |= before
        raise
    return module
