"""What the library has, used as far as it goes: SourceLoader, zipimporter, LazyLoader, and an ExitStack."""

import importlib
import importlib.util
import os
import sys
import zipimport
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.abc import Loader, MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.resources.abc import Traversable, TraversableResources
from io import BytesIO, TextIOWrapper
from types import ModuleType
from typing import IO, Any


class _Folder(Traversable):
    """A folder of a mapping, that is all paths that begin alike; or a file, if there is no more."""

    def __init__(self, files: Mapping[str, str], path: str) -> None:
        self.files, self.path = files, path

    @property
    def name(self) -> str:
        return self.path.split("/")[-1]

    def iterdir(self) -> Iterator[Traversable]:
        depth = self.path.count("/") + 1
        below = [path.split("/") for path in self.files if path.startswith(self.path + "/")]
        yield from (self / name for name in dict.fromkeys(parts[depth] for parts in below))

    def is_dir(self) -> bool:
        return any(True for _ in self.iterdir())

    def is_file(self) -> bool:
        return self.path in self.files

    def joinpath(self, *descendants: Any) -> "_Folder":
        return _Folder(self.files, "/".join((self.path, *map(str, descendants))))

    def __truediv__(self, child: Any) -> "_Folder":
        return self.joinpath(child)

    def open(self, mode: str = "r", *args: Any, **keywords: Any) -> IO[Any]:
        try:
            stream = BytesIO(self.files[self.path].encode())
        except KeyError:
            raise FileNotFoundError(self.path) from None
        return stream if mode == "rb" else TextIOWrapper(stream, *args, **keywords)


class _Reader(TraversableResources):
    def __init__(self, folder: Traversable) -> None:
        self.folder = folder

    def files(self) -> Traversable:
        return self.folder


class _MemoryLoader(SourceLoader):
    def __init__(self, files: Mapping[str, str], root: str, path: str) -> None:
        self.files, self.root, self.path = files, root, path

    def get_filename(self, fullname: str) -> str:  # noqa: ARG002 - there is one for each module
        return f"{self.root}/{self.path}"

    def get_data(self, path: Any) -> bytes:
        try:
            return self.files[str(path).removeprefix(f"{self.root}/")].encode()
        except KeyError:
            raise OSError(path) from None

    def get_resource_reader(self, fullname: str) -> _Reader:  # noqa: ARG002
        return _Reader(_Folder(self.files, self.path.rpartition("/")[0]))


class MemoryFinder(MetaPathFinder):
    """Finds modules whose texts are in a mapping from paths, such as "birds/owl.py"."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._root = f"/dict/{id(self)}"

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the mapping, or None."""
        parent, _, tail = name.rpartition(".")
        if not parent and name in sys.stdlib_module_names:
            return None
        for place in path or [self._root]:
            if (place + "/").startswith(self._root + "/"):
                base = f"{place}/{tail}".removeprefix(self._root + "/")
                for file in (f"{base}/__init__.py", f"{base}.py"):
                    if file in self._files:
                        loader = _MemoryLoader(self._files, self._root, file)
                        return importlib.util.spec_from_loader(name, loader)
        return None


class _ZipLoader(zipimport.zipimporter):
    """Decodes sources as the compiler does; the importer of the library takes them for UTF-8."""

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self.get_data(self.get_filename(fullname)))


class ZipFinder(MetaPathFinder):
    """Finds modules in a zip archive."""

    def __init__(self, archive: str | os.PathLike[str]) -> None:
        self._archive = os.path.abspath(archive)  # noqa: PTH100 - a text, links as they are

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a module of the archive, or None."""
        if "." not in name and name in sys.stdlib_module_names:
            return None
        for place in [self._archive] if path is None else path:
            if place == self._archive or place.startswith(self._archive + os.sep):
                spec = _ZipLoader(place).find_spec(name)
                if spec is not None and spec.loader is not None:
                    return spec
        return None


@contextmanager
def search_path(*folders: str | os.PathLike[str]) -> Iterator[None]:
    """Let modules be found in these folders, too, while the block runs; then everything is as before."""
    with ExitStack() as undo:
        for name in ("path", "meta_path", "path_hooks"):
            one = getattr(sys, name)
            undo.callback(setattr, sys, name, one)
            undo.callback(one.__setitem__, slice(None), one.copy())
        for mapping in (sys.modules, sys.path_importer_cache):
            undo.callback(mapping.update, mapping.copy())
            undo.callback(mapping.clear)
        importlib.invalidate_caches()
        sys.path = [*sys.path, *map(os.path.abspath, folders)]
        yield


class _Careful(Loader):
    """A loader that takes back what it could not finish; for the rest it is the one that it was made with."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        try:
            self._loader.exec_module(module)
        except BaseException:
            sys.modules.pop(module.__spec__.name)
            raise


def lazy_import(name: str) -> ModuleType:
    """Return a module whose code is executed when one of its names is wanted for the first time."""
    if name not in sys.modules:
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ModuleNotFoundError(name)
        spec.loader = importlib.util.LazyLoader(_Careful(spec.loader))
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        parent, dot, child = name.rpartition(".")
        if dot:
            setattr(sys.modules[parent], child, module)
    return sys.modules[name]


def clean_reload(module: ModuleType) -> ModuleType:
    """Execute a module's text again, without what the old text left; if that fails, nothing has changed."""
    before = vars(module).copy()

    def old(name: str) -> bool:
        inside = sys.modules.get(f"{module.__name__}.{name}")
        return not (name.startswith("__") and name != "__all__") and inside is None

    with ExitStack() as undo:
        undo.callback(vars(module).update, before)
        undo.callback(vars(module).clear)
        for name in filter(old, before):
            delattr(module, name)
        importlib.reload(module)
        undo.pop_all()
    return module
