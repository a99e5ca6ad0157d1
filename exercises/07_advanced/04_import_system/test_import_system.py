"""The suite of "The import system": small modules that write down when they are executed.

Each case finds and leaves the import system as it was; see the fixture ``import_system_as_before``.
"""

import contextlib
import importlib
import importlib.machinery
import importlib.resources
import importlib.util
import inspect
import linecache
import os
import runpy
import shutil
import sys
import traceback
import zipfile
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from import_system import MemoryFinder, ZipFinder, clean_reload, lazy_import, search_path

NOTE = "import kx_log\nkx_log.events.append(__name__)\n"
"""The first lines of modules: they write down their name when they are executed."""

LISTS = ("path", "meta_path", "path_hooks")
ENDINGS = [None, ValueError, StopIteration, KeyboardInterrupt, SystemExit, GeneratorExit]
CAUGHT = (Exception, KeyboardInterrupt, SystemExit, GeneratorExit)


@pytest.fixture(autouse=True)
def import_system_as_before(monkeypatch):
    """Take back whatever the case has done to the import system."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    modules, cache = sys.modules, sys.path_importer_cache
    entries, importers = dict(modules), dict(cache)
    lists = {name: (getattr(sys, name), [*getattr(sys, name)]) for name in LISTS}
    linecache.clearcache()
    yield
    for name, (one, items) in lists.items():
        one[:] = items
        setattr(sys, name, one)
    sys.modules, sys.path_importer_cache = modules, cache
    cache.clear()
    cache.update(importers)
    for name in modules.keys() - entries.keys():
        if name.partition(".")[0] not in sys.stdlib_module_names:  # what is imported by the way may stay
            del modules[name]
    modules.update(entries)
    linecache.clearcache()


@pytest.fixture
def events(monkeypatch):
    """The names of the modules that were executed, in order."""
    log = ModuleType("kx_log")
    log.events = []
    monkeypatch.setitem(sys.modules, "kx_log", log)
    return log.events


@pytest.fixture
def lib(tmp_path):
    """Writes files into a folder at the beginning of sys.path."""
    folder = tmp_path / "lib"
    folder.mkdir()
    sys.path.insert(0, str(folder))
    return lambda files: write(folder, files)


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    importlib.invalidate_caches()
    return folder


def attempt(action):
    """Return what an action returns, or the exception that it raises."""
    try:
        return action()
    except AssertionError:  # a check
        raise
    except CAUGHT as error:
        return error


def ended(make, block):
    """Return the exception that comes out of ``with make(): block()``, or None."""

    def action():
        with make():
            block()

    return attempt(action)


def module(check, name):
    """Import a module and return it."""
    got = attempt(lambda: importlib.import_module(name))
    check.that(isinstance(got, ModuleType), f"import {name}", "a module", got)
    return got


def values(thing, *names):
    """Return some attributes, with a word for those that are missing."""
    return {name: getattr(thing, name, "missing") for name in names}


# 1. to 3. The same tree in a dict and in a zip


TREE = {
    "kx_birds/__init__.py": NOTE + "from .owl import hoot, Owl\nfrom kx_voice import loud\n",
    "kx_birds/owl.py": NOTE + "from . import nest\n\n\nclass Owl:\n    eyes = 2\n\n\n"
    "def hoot():\n    return nest.egg * 'hu'\n",
    "kx_birds/nest/__init__.py": NOTE + "from .inside import egg\n",
    "kx_birds/nest/inside.py": NOTE + "from ..colour import grey\negg = 3\n",
    "kx_birds/colour.py": NOTE
    + "grey = 'grey'\n\n\ndef paint():\n    raise LookupError('no paint')  # here\n",
    "kx_birds/json.py": NOTE + "ours = True\n",
    "kx_birds/names.txt": "Käuzchen, Uhu\n",
    "kx_birds/maps/south/route.txt": "over the sea\n",
    "kx_birds/wrong.py": "number = 1\nnumber +\n",
    "kx_birds/failing.py": NOTE + "from . import colour\n1 / 0\n",
    "kx_voice.py": NOTE + "import kx_birds\nloud = str.upper\n",
    "kx_loose/alone.py": NOTE,
    "colorsys.py": NOTE,
    "json/tool.py": NOTE,
}


@pytest.fixture
def make(request, tmp_path):
    """Make a finder of the kind that the case is about."""

    def zipped(files, folders=False):
        path = tmp_path / "tree.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for folder in {f"{name.rpartition('/')[0]}/" for name in files if folders and "/" in name}:
                archive.writestr(folder, b"")
            for name, text in files.items():
                archive.writestr(name, text)
        return ZipFinder(str(path) if folders else path)

    return {"memory": MemoryFinder, "zip": zipped}[getattr(request, "param", "zip")]


def both(memory, zipped=3):
    """Run a case with both finders, for one task each."""
    kinds = {"memory": memory, "zip": zipped}
    params = [pytest.param(kind, marks=pytest.mark.task(task)) for kind, task in kinds.items()]
    return pytest.mark.parametrize("make", params, indirect=True)


@contextlib.contextmanager
def used(finder):
    """Put a finder at the beginning of sys.meta_path."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@both(1)
def test_modules_packages_and_submodules(check, make, events):
    """Modules, packages and submodules are imported, by absolute and relative imports, and run once."""
    with used(make(TREE)):
        birds = module(check, "kx_birds")
        for name in ("kx_birds.owl", "kx_birds.nest.inside", "kx_voice", "kx_birds"):
            module(check, name)
        json = module(check, "kx_birds.json")
        hoot = getattr(birds, "hoot", None)
        check.returns("huhuhu", hoot, "kx_birds.hoot()")
    check.equal(True, getattr(json, "ours", "missing"), "kx_birds.json.ours")
    order = ["kx_birds", "kx_birds.owl", "kx_birds.nest", "kx_birds.nest.inside", "kx_birds.colour"]
    check.equal([*order, "kx_voice", "kx_birds.json"], events, "the modules that were executed, in order")
    names = {name for name in sys.modules if name.startswith(("kx_birds", "kx_voice"))}
    check.equal(set(events), names, "the new names in sys.modules")


@both(1)
def test_what_a_module_knows_about_itself(check, make, events):
    """The module has the name, package, spec, loader, path and file of a module in a folder."""
    with used(make(TREE)):
        for name, package, path in [
            ("kx_birds", "kx_birds", "kx_birds/__init__.py"),
            ("kx_birds.owl", "kx_birds", "kx_birds/owl.py"),
            ("kx_birds.nest", "kx_birds.nest", "kx_birds/nest/__init__.py"),
            ("kx_voice", "", "kx_voice.py"),
        ]:
            one = module(check, name)
            check.equal(
                {"__name__": name, "__package__": package},
                values(one, "__name__", "__package__"),
                f"of {name}",
            )
            file = getattr(one, "__file__", None)
            right = isinstance(file, str) and file.endswith(path)
            check.that(right, f"{name}.__file__", f"a text that ends in {path}", file)
            spec = getattr(one, "__spec__", None)
            check.that(isinstance(spec, importlib.machinery.ModuleSpec), f"{name}.__spec__", "a spec", spec)
            check.equal(name, spec.name, f"{name}.__spec__.name")
            check.identical(spec.loader, getattr(one, "__loader__", None), f"{name}.__loader__")
            check.that(hasattr(spec.loader, "exec_module"), f"{name}.__loader__", "a loader", spec.loader)
            is_package = path.endswith("__init__.py")
            check.equal(is_package, hasattr(one, "__path__"), f'hasattr({name}, "__path__")')


@both(1)
def test_other_names_are_left_to_others(check, make, events):
    """For a name that is not its own, or is the standard library's, a finder returns None."""
    finder = make(TREE)
    package = attempt(lambda: finder.find_spec("kx_birds"))
    check.that(
        isinstance(package, importlib.machinery.ModuleSpec), 'find_spec("kx_birds")', "a spec", package
    )
    places = package.submodule_search_locations
    tools = list(importlib.import_module("json").__path__)
    for name, path in [
        *((name, None) for name in ("kx_missing", "owl", "kx_loose", "colorsys", "json", "os")),
        *((f"kx_birds.{name}", places) for name in ("missing", "maps", "kx_voice")),
        ("json.tool", tools),
    ]:
        check.returns(
            None, lambda n=name, p=path: finder.find_spec(n, p), f"finder.find_spec({name!r}, {path!r})"
        )
    with used(finder):
        for name in ("kx_missing", "kx_birds.missing", "kx_loose.alone"):
            got = attempt(lambda name=name: importlib.import_module(name))
            check.equal(ModuleNotFoundError, type(got), f"import {name}")


@both(1)
def test_finding_is_not_executing(check, make, events):
    """find_spec executes nothing, neither the module nor its package."""
    finder = make(TREE)
    with used(finder):
        spec = attempt(lambda: importlib.util.find_spec("kx_voice"))
        check.equal("kx_voice", getattr(spec, "name", spec), 'importlib.util.find_spec("kx_voice").name')
        places = getattr(attempt(lambda: finder.find_spec("kx_birds")), "submodule_search_locations", None)
        spec = attempt(lambda: finder.find_spec("kx_birds.failing", places))
        check.equal(
            "kx_birds.failing", getattr(spec, "name", spec), 'finder.find_spec("kx_birds.failing", …).name'
        )
    check.equal([], events, "the modules that were executed")


@both(1)
def test_submodules_belong_to_their_package(check, make, events):
    """A submodule is looked for in the __path__ of its package, not in another tree with the same names."""
    first = MemoryFinder({"kx_birds/__init__.py": NOTE})
    second = make(TREE)
    with used(second), used(first):
        birds = module(check, "kx_birds")
        got = attempt(lambda: importlib.import_module("kx_birds.owl"))
        check.equal(
            ModuleNotFoundError, type(got), "import kx_birds.owl, which the first kx_birds does not have"
        )
        check.returns(
            None, lambda: second.find_spec("kx_birds.owl", birds.__path__), "second.find_spec(…, first path)"
        )
        elsewhere = ["/elsewhere/kx_birds"]
        check.returns(
            None,
            lambda: second.find_spec("kx_birds.owl", elsewhere),
            f'find_spec("kx_birds.owl", {elsewhere})',
        )
        own = attempt(lambda: second.find_spec("kx_birds")).submodule_search_locations
        spec = attempt(lambda: second.find_spec("kx_birds.owl", [*elsewhere, *own]))
        call = f'second.find_spec("kx_birds.owl", [{elsewhere[0]!r}, and its own])'
        check.equal("kx_birds.owl", getattr(spec, "name", spec), f"{call}.name")
        call = 'second.find_spec("kx_birds.owl", ["kx_birds"])'
        check.returns(None, lambda: second.find_spec("kx_birds.owl", ["kx_birds"]), call)
    check.equal(["kx_birds"], events, "the modules that were executed")


@both(1)
def test_a_module_that_fails(check, make, events):
    """The exception reaches the importer; the module is in sys.modules no more, what it had imported is."""
    with used(make(TREE)):
        for _ in range(2):
            got = attempt(lambda: importlib.import_module("kx_birds.failing"))
            check.equal(ZeroDivisionError, type(got), "import kx_birds.failing, which divides by zero")
            check.equal(False, "kx_birds.failing" in sys.modules, '"kx_birds.failing" in sys.modules')
        check.equal(True, "kx_birds.colour" in sys.modules, '"kx_birds.colour" in sys.modules')
    check.equal(2, events.count("kx_birds.failing"), "how often it was executed in two attempts")


@pytest.mark.task(1)
def test_the_mapping_is_alive(check, events):
    """What the mapping holds at the moment counts: for new files, for mended ones, and for a reload."""
    files = {"kx_one.py": NOTE + "value = 1 / 0\n"}
    with used(MemoryFinder(files)):
        got = attempt(lambda: importlib.import_module("kx_one"))
        check.equal(ZeroDivisionError, type(got), "import kx_one, which divides by zero")
        files["kx_one.py"] = NOTE + "value = 1\n"
        one = module(check, "kx_one")
        check.equal(1, getattr(one, "value", "missing"), "kx_one.value, after its text was mended")
        files["kx_one.py"] = NOTE + "value = 2\n"
        got = attempt(lambda: importlib.reload(one))
        check.identical(one, got, "importlib.reload(kx_one)")
        check.equal(2, getattr(one, "value", "missing"), "kx_one.value, after a reload")
        files["kx_two/__init__.py"] = NOTE
        module(check, "kx_two")
        files["kx_two/part.py"] = NOTE
        module(check, "kx_two.part")
        del files["kx_two/part.py"], sys.modules["kx_two.part"]
        got = attempt(lambda: importlib.import_module("kx_two.part"))
        check.equal(ModuleNotFoundError, type(got), "import kx_two.part, which was taken out of the mapping")
    check.equal(
        ["kx_one", "kx_one", "kx_one", "kx_two", "kx_two.part"], events, "the modules that were executed"
    )


@both(2)
def test_the_source_of_a_module(check, make, events):
    """inspect.getsource gives the text of modules, classes and functions."""
    with used(make(TREE)):
        owl = module(check, "kx_birds.owl")
        text = TREE["kx_birds/owl.py"]
        check.returns(text, lambda: inspect.getsource(owl), "inspect.getsource(kx_birds.owl)")
        start = text.index("def hoot")
        check.returns(
            text[start:], lambda: inspect.getsource(owl.hoot), "inspect.getsource(kx_birds.owl.hoot)"
        )
        wanted = text[text.index("class Owl") : start].rstrip() + "\n"
        check.returns(wanted, lambda: inspect.getsource(owl.Owl), "inspect.getsource(kx_birds.owl.Owl)")


@both(2)
def test_the_lines_of_a_traceback(check, make, events):
    """A traceback shows the file and the line of the code, and a SyntaxError has the name of the file."""
    with used(make(TREE)):
        colour = module(check, "kx_birds.colour")
        error = attempt(lambda: colour.paint())
        lines = [
            (frame.name, frame.line, frame.filename) for frame in traceback.extract_tb(error.__traceback__)
        ]
        file = str(getattr(colour, "__file__", "no __file__"))
        wanted = ("paint", "raise LookupError('no paint')  # here", file)
        check.equal(
            wanted, lines[-1] if isinstance(error, LookupError) else error, "the last line of the traceback"
        )
        error = attempt(lambda: importlib.import_module("kx_birds.wrong"))
        check.equal(SyntaxError, type(error), "import kx_birds.wrong, which ends in 'number +'")
        wanted = file.replace("colour.py", "wrong.py")
        check.equal((wanted, 2), (error.filename, error.lineno), "filename and lineno of the SyntaxError")


@both(2)
def test_resources(check, make, events):
    """importlib.resources finds the files of a package, also in subfolders."""
    with used(make(TREE)):
        birds = module(check, "kx_birds")
        call = 'importlib.resources.files("kx_birds")'
        files = attempt(lambda: importlib.resources.files(birds))
        check.that(hasattr(files, "iterdir"), call, "an object with iterdir", files)
        names = {name.split("/")[1] for name in TREE if name.startswith("kx_birds/")}
        check.returns(names, lambda: {one.name for one in files.iterdir()}, f"the names of {call}.iterdir()")
        check.returns(
            "Käuzchen, Uhu\n",
            lambda: (files / "names.txt").read_text(encoding="utf-8"),
            f'({call} / "names.txt").read_text()',
        )
        wanted = "Käuzchen, Uhu\n".encode()
        check.returns(
            wanted,
            lambda: files.joinpath("names.txt").read_bytes(),
            f'{call}.joinpath("names.txt").read_bytes()',
        )
        maps = attempt(lambda: files / "maps")
        route = attempt(lambda: maps / "south" / "route.txt")
        check.returns(
            "over the sea\n",
            lambda: route.read_text(encoding="utf-8"),
            f'the text of {call} / "maps" / "south" / "route.txt"',
        )
        check.returns(
            ["south"], lambda: [one.name for one in maps.iterdir()], f'the names in {call} / "maps"'
        )
        kinds = [lambda one=one: (one.name, one.is_file(), one.is_dir()) for one in (maps, route)]
        check.returns(
            [("maps", False, True), ("route.txt", True, False)],
            lambda: [kind() for kind in kinds],
            "name, is_file() and is_dir() of maps and route.txt",
        )
        check.raises(
            FileNotFoundError,
            lambda: (files / "missing.txt").read_text(encoding="utf-8"),
            f'({call} / "missing.txt").read_text()',
        )
        got = attempt(lambda: [one.name for one in importlib.resources.files("kx_birds.nest").iterdir()])
        check.equal(
            {"__init__.py", "inside.py"},
            set(got) if isinstance(got, list) else got,
            "the names in kx_birds.nest",
        )


@pytest.mark.task(3)
def test_texts_in_other_encodings(check, make, events):
    """Texts in an archive are decoded as source files are: UTF-8, with a mark or without, or as declared."""
    texts = {
        "kx_plain.py": "name = 'Käuzchen'\n".encode(),
        "kx_mark.py": b"\xef\xbb\xbf" + "name = 'Käuzchen'\n".encode(),
        "kx_latin.py": "# coding: latin-1\nname = 'Käuzchen'\n".encode("latin-1"),
    }
    with used(make(texts)):
        for path in texts:
            got = getattr(module(check, path[:-3]), "name", "missing")
            check.equal("Käuzchen", got, f"the name in {path}, {texts[path]!r}")
            got = attempt(lambda path=path: inspect.getsource(sys.modules[path[:-3]]))
            check.equal(
                "name = 'Käuzchen'", str(got).splitlines()[-1], f"the last line of the source of {path}"
            )


@pytest.mark.task(3)
def test_entries_for_folders(check, make, events):
    """An archive with entries for its folders holds the same modules."""
    with used(make(TREE, folders=True)):
        check.returns("huhuhu", lambda: importlib.import_module("kx_birds").hoot(), "kx_birds.hoot()")
        names = {name.split("/")[1] for name in TREE if name.startswith("kx_birds/")}
        got = attempt(lambda: [one.name for one in importlib.resources.files("kx_birds").iterdir()])
        check.equal(names, set(got) if isinstance(got, list) else got, "the names of the files of kx_birds")


@pytest.mark.task(3)
def test_the_archive_is_closed(check, make, events, tmp_path):
    """Between two imports the archive is not open."""
    finder = make(TREE)
    archive = (tmp_path / "tree.zip").stat()
    check.equal(0, descriptors(archive), "how often the archive is open after ZipFinder(archive)")
    with used(finder):
        module(check, "kx_birds")
        got = attempt(lambda: importlib.import_module("kx_missing"))
        check.equal(ModuleNotFoundError, type(got), "import kx_missing")
        del got
    check.equal(0, descriptors(archive), "how often the archive is open after import kx_birds")


def descriptors(state):
    """Return how many of the first descriptors of the process are open on this file."""
    count = 0
    for number in range(256):
        with contextlib.suppress(OSError):
            count += os.path.samestat(os.fstat(number), state)
    return count


# 4. A package, and its circle


def forget(name):
    for one in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[one]


@pytest.fixture
def no_shop():
    """Start without the package, and let what others have imported come back."""
    forget("shop")


@pytest.mark.task(4)
@pytest.mark.parametrize("first", ["shop", "shop.customers", "shop.orders"])
@pytest.mark.usefixtures("no_shop")
def test_any_module_may_be_the_first(check, first):
    """Whichever module of the package is imported first, all of it can be used."""
    module(check, first)
    customers, orders = module(check, "shop.customers"), module(check, "shop.orders")
    shop = module(check, "shop")
    for name, place in [("Customer", customers), ("Order", orders), ("best_customer", orders)]:
        told = f"{place.__name__}.{name}, after import {first}"
        check.that(
            callable(getattr(place, name, None)), told, "a class or function", getattr(place, name, None)
        )
        check.identical(getattr(place, name), getattr(shop, name, None), f"shop.{name}, after import {first}")


@pytest.mark.task(4)
@pytest.mark.usefixtures("no_shop")
def test_star(check):
    """What from shop import * brings is what __all__ lists, and nothing else."""
    wanted = ["Customer", "Order", "best_customer"]
    got = getattr(module(check, "shop"), "__all__", None)
    check.equal(wanted, sorted(got) if isinstance(got, list | tuple) else got, "sorted(shop.__all__)")
    names = {}
    got = attempt(lambda: exec("from shop import *", names))
    check.equal(None, got, "from shop import *")
    check.equal(wanted, sorted(names.keys() - {"__builtins__"}), "the names that from shop import * brings")


@pytest.mark.task(4)
@pytest.mark.usefixtures("no_shop")
def test_the_shop_works(check):
    """Customers order, orders know their customer, and only customers may order."""
    shop = module(check, "shop")
    names = values(shop, "Customer", "Order", "best_customer")
    check.that(all(map(callable, names.values())), "the names of shop", "two classes and a function", names)
    ada, ben = shop.Customer("Ada"), shop.Customer("Ben")
    orders = [ada.order(2, 3), ben.order(7), ada.order()]
    check.that(
        all(isinstance(order, shop.Order) for order in orders),
        'Customer("Ada").order(2, 3)',
        "orders",
        orders,
    )
    check.equal(
        [5, 7, 0], [order.total for order in orders], "the totals of order(2, 3), order(7) and order()"
    )
    check.equal([orders[0], orders[2]], ada.orders, "the orders of Ada")
    check.identical(ada, orders[0].customer, "the customer of Ada's order")
    check.returns(ben, lambda: shop.best_customer(orders), "best_customer(orders)")
    check.returns(4, lambda: shop.Order(ada, [4]).total, "Order(ada, [4]).total")
    check.raises(TypeError, lambda: shop.Order("Ada", [4]), 'Order("Ada", [4])')


@pytest.mark.task(4)
@pytest.mark.usefixtures("no_shop")
def test_the_package_works_under_other_names(check, hand_in, lib):
    """The package may stand in another package or have another name, and each copy has its own classes."""
    folder = lib({"kx_vendor/__init__.py": ""})
    for name in ("kx_vendor/shop", "kx_store"):
        shutil.copytree(hand_in / "shop", folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    importlib.invalidate_caches()
    with without("shop"):
        for name in ("kx_vendor.shop", "kx_store"):
            for first in (f"{name}.orders", f"{name}.customers", name):
                forget(name)
                module(check, first)
                module(check, name)
        check.equal(
            [], [one for one in sys.modules if one.partition(".")[0] == "shop"], "the modules of another copy"
        )
    copies = [module(check, name) for name in ("kx_vendor.shop", "kx_store", "shop")]
    classes = [getattr(copy, name, None) for copy in copies for name in ("Customer", "Order")]
    check.equal(6, len({id(one) for one in classes}), "the number of different classes in three copies")
    for copy in copies:
        got = attempt(lambda copy=copy: copy.Customer("Ada").order(1).total)
        check.equal(1, got, f'{copy.__name__}.Customer("Ada").order(1).total')


@contextlib.contextmanager
def without(name):
    """Let nobody find a module of this name."""

    class Nothing:
        @staticmethod
        def find_spec(wanted, path=None, target=None):
            del path, target
            if wanted == name:
                raise ModuleNotFoundError(f"No module named {name!r}, it has another name here", name=name)

    with used(Nothing):
        yield


# 5. A search path for a while


@pytest.mark.task(5)
def test_folders_are_searched_in_order_behind_the_others(check, tmp_path, lib, events):
    """Modules are found in the folders, the first one first, and hide nothing that was found before."""
    lib({"kx_early.py": NOTE + "place = 'lib'\n"})
    names = ["kx_early", "kx_both", "kx_first", "kx_second", "colorsys"]
    first, second = (
        write(tmp_path / name, {f"{one}.py": NOTE + f"place = '{name}'\n" for one in names if one != without})
        for name, without in (("first", "kx_second"), ("second", "kx_first"))
    )
    sys.modules.pop("colorsys", None)
    found = {}

    def block():
        for name in names:
            one = attempt(partial(importlib.import_module, name))
            found[name] = getattr(one, "place", "no place")

    call = "with search_path(first, second): …"
    check.equal(None, ended(lambda: search_path(first, str(second)), block), call)
    wanted = {
        "kx_early": "lib",
        "kx_both": "first",
        "kx_first": "first",
        "kx_second": "second",
        "colorsys": "no place",
    }
    check.equal(wanted, found, f"where modules were found in: {call}")


@pytest.mark.task(5)
def test_relative_folders(check, tmp_path, monkeypatch, events):
    """A relative folder is taken from the working directory at the entry."""
    write(tmp_path, {"plugins/kx_plugin.py": NOTE + "value = 1\n"})
    monkeypatch.chdir(tmp_path)
    found = []

    def block():
        os.chdir("/")
        found.append(getattr(attempt(lambda: importlib.import_module("kx_plugin")), "value", "not found"))

    check.equal(None, ended(lambda: search_path("plugins"), block), 'with search_path("plugins"): …')
    check.equal(
        [1], found, 'kx_plugin.value, in: with search_path("plugins"): os.chdir("/"); import kx_plugin'
    )


class Harmless:
    """A finder and a hook that has nothing to say."""

    def __init__(self, path):
        raise ImportError(path)

    @staticmethod
    def find_spec(name, path=None, target=None):
        del name, path, target


@pytest.mark.task(5)
def test_everything_is_as_before(check, tmp_path, lib, events):
    """Afterwards the lists, the modules and the importers are as they were, however the block ends."""
    lib({"kx_before.py": NOTE, "kx_replaced.py": NOTE})
    folder = write(
        tmp_path / "plugins", {"kx_plugin.py": NOTE, "kx_package/__init__.py": "", "kx_package/part.py": NOTE}
    )
    before, replaced = module(check, "kx_before"), module(check, "kx_replaced")

    def good():
        importlib.import_module("kx_plugin")
        importlib.import_module("kx_package.part")

    def rough():
        good()
        del sys.modules["kx_before"]
        sys.modules["kx_replaced"] = ModuleType("kx_replaced")
        for name, item in zip(LISTS, (str(folder), Harmless, Harmless), strict=True):
            getattr(sys, name).append(getattr(sys, name).pop(0))
            setattr(sys, name, [*getattr(sys, name), item])
        sys.path_importer_cache["/kx_nowhere"] = None

    for ending in ENDINGS:
        error = None if ending is None else ending("the end of the block")
        for block in (good, rough):
            call = f"with search_path(folder): {block.__name__}()  # ends with {error!r}"
            state = look()
            got = ended(lambda: search_path(folder), lambda block=block, error=error: (block(), fail(error)))
            check.identical(error, got, f"what came out of: {call}")
            now = look()
            for name in LISTS:
                check.identical(state[name][0], now[name][0], f"the list sys.{name} after: {call}")
                check.equal(state[name][1], now[name][1], f"the items of sys.{name} after: {call}")
            check.identical(before, sys.modules.get("kx_before"), f'sys.modules["kx_before"] after: {call}')
            check.identical(
                replaced, sys.modules.get("kx_replaced"), f'sys.modules["kx_replaced"] after: {call}'
            )
            for name in ("modules", "path_importer_cache"):
                check.identical(state[name][0], now[name][0], f"the mapping sys.{name} after: {call}")
                check.equal(
                    changes(*(s[name][1] for s in (state, now))),
                    {},
                    f"what is new, gone or different in sys.{name} after: {call}",
                )


def fail(error):
    if error is not None:
        raise error


def look():
    lists = {name: (getattr(sys, name), [*getattr(sys, name)]) for name in LISTS}
    mappings = {
        name: (getattr(sys, name), dict(getattr(sys, name))) for name in ("modules", "path_importer_cache")
    }
    return lists | mappings


def changes(old, new):
    """Return which keys are new, gone or different."""
    told = dict.fromkeys(new.keys() - old.keys(), "new") | dict.fromkeys(old.keys() - new.keys(), "gone")
    return told | {key: "different" for key in old.keys() & new.keys() if old[key] is not new[key]}


@pytest.mark.task(5)
def test_each_block_starts_afresh(check, tmp_path, events):
    """In the next block modules run anew, and new files are found, whatever the time of the folder says."""
    folder = write(tmp_path / "plugins", {"kx_plugin.py": NOTE})
    importlib.machinery.PathFinder.find_spec("kx_anything", [str(folder)])  # now there is an importer
    importer = sys.path_importer_cache.get(str(folder))
    for number in range(3):
        state = folder.stat()
        (folder / f"kx_new_{number}.py").write_text(NOTE, encoding="utf-8")
        os.utime(folder, ns=(state.st_atime_ns, state.st_mtime_ns))
        names = ["kx_plugin", f"kx_new_{number}"]
        got = ended(
            lambda: search_path(folder), lambda names=names: [importlib.import_module(name) for name in names]
        )
        check.equal(None, got, f"with search_path(folder): import {', '.join(names)}")
        check.equal(
            names, events[-2:], f"what was executed in: with search_path(folder): import {', '.join(names)}"
        )
        check.identical(
            importer, sys.path_importer_cache.get(str(folder)), "the importer of the folder, of before"
        )


# 6. Later, and again


def lazily(check, name):
    got = attempt(lambda: lazy_import(name))
    check.that(isinstance(got, ModuleType), f"lazy_import({name!r})", "a module", got)
    return got


@pytest.mark.task(6)
def test_a_lazy_module(check, lib, events):
    """The code of a lazy module runs when a name is asked for, and once; others import the same module."""
    text = NOTE + "first, second = 1, 2\n\n\ndef third():\n    return first + second\n"
    lib({"kx_late.py": text})
    late = lazily(check, "kx_late")
    check.equal([], events, 'what was executed by lazy_import("kx_late")')
    check.identical(late, sys.modules.get("kx_late"), 'sys.modules["kx_late"]')
    check.identical(late, lazily(check, "kx_late"), 'lazy_import("kx_late") once more')
    check.returns(1, lambda: late.first, 'lazy_import("kx_late").first')
    check.equal(["kx_late"], events, "what was executed after the first name was asked for")
    check.returns((2, 3), lambda: (late.second, late.third()), "late.second, late.third()")
    check.raises(AttributeError, lambda: late.missing, "late.missing")
    check.identical(
        late, attempt(lambda: importlib.import_module("kx_late")), 'importlib.import_module("kx_late")'
    )
    check.equal(["kx_late"], events, "what was executed in the end")
    check.returns(
        text[text.index("def") :], lambda: inspect.getsource(late.third), "inspect.getsource(late.third)"
    )


@pytest.mark.task(6)
def test_a_lazy_module_is_imported_by_others(check, lib, events):
    """Whoever imports a lazy module gets the same object, and its names."""
    lib(
        {
            "kx_late.py": NOTE + "value = 5\n",
            "kx_user.py": NOTE + "import kx_late\nfrom kx_late import value\n",
        }
    )
    late = lazily(check, "kx_late")
    user = module(check, "kx_user")
    check.identical(late, getattr(user, "kx_late", None), "what a module gets by import kx_late")
    check.equal(5, getattr(user, "value", "missing"), "what it gets by from kx_late import value")
    check.returns(5, lambda: late.value, "late.value")
    check.equal(
        {"kx_late": 1, "kx_user": 1}, {name: events.count(name) for name in events}, "how often they ran"
    )


@pytest.mark.task(6)
def test_a_lazy_submodule(check, lib, events):
    """A lazy submodule is an attribute of its package, which is imported."""
    lib(
        {
            "kx_pack/__init__.py": NOTE,
            "kx_pack/part.py": NOTE + "from . import other\nvalue = 6\n",
            "kx_pack/other.py": "",
        }
    )
    part = lazily(check, "kx_pack.part")
    check.equal(["kx_pack"], events, 'what was executed by lazy_import("kx_pack.part")')
    check.identical(part, getattr(sys.modules.get("kx_pack"), "part", None), "kx_pack.part")
    check.returns(6, lambda: part.value, "kx_pack.part.value")
    check.equal(["kx_pack", "kx_pack.part"], events, "what was executed in the end")


@pytest.mark.task(6)
def test_modules_that_are_there_or_nowhere(check, lib, events):
    """A module that was imported comes as it is; one that is not there is a ModuleNotFoundError at once."""
    lib({"kx_there.py": NOTE, "kx_pack/__init__.py": NOTE})
    there = module(check, "kx_there")
    check.identical(there, lazily(check, "kx_there"), 'lazy_import("kx_there"), which was imported before')
    for name in ("kx_nowhere", "kx_pack.nowhere"):
        check.raises(ModuleNotFoundError, lambda name=name: lazy_import(name), f"lazy_import({name!r})")
        check.equal(False, name in sys.modules, f"{name!r} in sys.modules")


@pytest.mark.task(6)
def test_a_lazy_module_that_fails(check, lib, events):
    """The exception reaches whoever asks; sys.modules has no such module; the next import starts afresh."""
    for ending in ("LookupError('no')", "KeyboardInterrupt()"):
        lib({"kx_late.py": NOTE + f"value = 7\nraise {ending}\n"})
        late = lazily(check, "kx_late")
        got = attempt(lambda late=late: late.value)
        check.equal(ending, repr(got), f"late.value, if the code raises {ending}")
        check.equal(False, "kx_late" in sys.modules, '"kx_late" in sys.modules afterwards')
        lib({"kx_late.py": NOTE + "value = 8  # mended\n"})
        fresh = module(check, "kx_late")
        check.equal(8, getattr(fresh, "value", "missing"), "the value in a new import kx_late, after mending")
        check.equal(["kx_late", "kx_late"], events[-2:], "what was executed")
        forget("kx_late")


@pytest.mark.task(6)
def test_a_clean_reload(check, lib, events):
    """A clean reload keeps the module and its namespace, and no name that the new text does not make."""
    lib({"kx_again.py": NOTE + "__all__ = ['kept']\nkept, gone, changing = 1, 2, 3\n"})
    again = module(check, "kx_again")
    again.by_hand, names = 4, vars(again)
    lib({"kx_again.py": NOTE + "kept, fresh = 10, 5\n\n\ndef now():\n    return kept\n"})
    check.identical(again, attempt(lambda: clean_reload(again)), "clean_reload(kx_again)")
    check.identical(again, sys.modules.get("kx_again"), 'sys.modules["kx_again"]')
    check.identical(names, vars(again), "vars(kx_again)")
    wanted = {"kept": 10, "fresh": 5} | dict.fromkeys(("gone", "changing", "by_hand", "__all__"), "missing")
    check.equal(wanted, values(again, *wanted), "the names of kx_again after clean_reload")
    again.kept = 20
    check.returns(20, lambda: again.now(), "now(), which returns kept, after kx_again.kept = 20")
    check.equal(["kx_again", "kx_again"], events, "what was executed")
    kept = values(again, "__name__", "__package__")
    check.equal({"__name__": "kx_again", "__package__": ""}, kept, "what the module knows about itself")
    check.returns("kx_again.py", lambda: Path(again.__spec__.origin).name, "the file in its __spec__")


@pytest.mark.task(6)
def test_a_reloaded_package_keeps_its_submodules(check, lib, events):
    """The submodules of a package stay its attributes, and are not executed."""
    lib(
        {
            "kx_pack/__init__.py": NOTE + "old = 1\n",
            "kx_pack/part.py": NOTE,
            "kx_pack/sub/__init__.py": NOTE,
            "kx_pack/sub/deep.py": NOTE,
        }
    )
    part, deep = module(check, "kx_pack.part"), module(check, "kx_pack.sub.deep")
    pack = module(check, "kx_pack")
    events.clear()
    lib({"kx_pack/__init__.py": NOTE + "new = 1  # other\n"})
    check.identical(pack, attempt(lambda: clean_reload(pack)), "clean_reload(kx_pack)")
    check.equal({"old": "missing", "new": 1}, values(pack, "old", "new"), "the names of kx_pack")
    check.identical(part, getattr(pack, "part", None), "kx_pack.part")
    check.identical(deep, getattr(getattr(pack, "sub", None), "deep", None), "kx_pack.sub.deep")
    check.equal(["kx_pack"], events, "what was executed by clean_reload(kx_pack)")
    check.identical(pack.sub, attempt(lambda: clean_reload(pack.sub)), "clean_reload(kx_pack.sub)")
    check.identical(deep, getattr(pack.sub, "deep", None), "kx_pack.sub.deep, after that")


@pytest.mark.task(6)
@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("ZeroDivisionError", "kept = 10\nfresh = 5\n1 / 0\n"),
        ("KeyboardInterrupt", "kept = 10\nraise KeyboardInterrupt\n"),
        ("SyntaxError", "kept = 10\n)\n"),
        ("ImportError or OSError", None),
    ],
    ids=["half", "interrupted", "syntax", "gone"],
)
def test_a_reload_that_fails(check, lib, events, text, error):
    """When a clean reload fails, the module has its old names and values, the same objects."""
    folder = lib({"kx_again.py": NOTE + "kept, gone, thing = 1, 2, object()\n"})
    again = module(check, "kx_again")
    again.by_hand = 4
    before, names = dict(vars(again)), vars(again)
    if text is None:
        (folder / "kx_again.py").unlink()
        importlib.invalidate_caches()
    else:
        lib({"kx_again.py": NOTE + text})
    got = attempt(lambda: clean_reload(again))
    kinds = (ImportError, OSError) if text is None else ()
    raised = error if isinstance(got, kinds) else type(got).__name__
    check.equal(error, raised, "clean_reload(kx_again)")
    check.identical(names, vars(again), "vars(kx_again)")
    left = {name: told for name, told in changes(before, names).items() if not name.startswith("__")}
    check.equal({}, left, "what is new, gone or different in kx_again")
    check.identical(again, sys.modules.get("kx_again"), 'sys.modules["kx_again"]')


# 7. Predictions


def counted(events, name, action):
    attempt(action)
    return sum(event in (name, "__main__") for event in events)


def run(text):
    """Execute a few lines; return their names, or the exception."""
    names = {"__name__": "kx_experiment"}
    got = attempt(lambda: exec(text, names))
    return names if got is None else got


def outcome(text):
    """Tell whether a few lines work."""
    return "raises" if isinstance(run(text), Exception) else "works"


def executions(lib, events):
    lib({"kx_m.py": NOTE + "x = 1\n"})
    return counted(events, "kx_m", lambda: run("import kx_m\nfrom kx_m import x\nimport kx_m as n\n"))


def as_a_program(lib, events):
    folder = lib({"kx_m.py": NOTE + "import kx_helper\n", "kx_helper.py": "import kx_m\n"})
    return counted(events, "kx_m", lambda: runpy.run_path(str(folder / "kx_m.py"), run_name="__main__"))


def bound_name(lib, events):
    lib({"roost/__init__.py": "", "roost/owl.py": ""})
    names = run("import roost.owl")
    return next(name for name in names if not name.startswith("__"))


def copied_name(lib, events):
    lib({"kx_m.py": "x = 'old'\n"})
    return run("import kx_m\nfrom kx_m import x\nkx_m.x = 'new'\n")["x"]


def same_name(lib, events):
    lib({"roost/__init__.py": "from .owl import owl\n", "roost/owl.py": "def owl(): pass\n"})
    return type(run("import roost")["roost"].owl).__name__


def failed(name):
    def experiment(lib, events):
        lib({"kx_m.py": "import kx_helper\n1 / 0\n", "kx_helper.py": ""})
        run("import kx_m")
        return "there" if name in sys.modules else "gone"

    return experiment


def reloaded(question):
    def experiment(lib, events):
        lib({"kx_m.py": "x = 1\ndef f(): pass\nclass C: pass\n"})
        names = run("import kx_m\nfrom kx_m import f\nold = kx_m.C()\n")
        lib({"kx_m.py": "def f(): pass\nclass C: pass\n"})
        m = importlib.reload(names["kx_m"])
        return question(m, names)

    return experiment


def circle_from(lib, events):
    lib({"kx_a.py": "from kx_b import g\ndef f(): pass\n", "kx_b.py": "from kx_a import f\ndef g(): pass\n"})
    return outcome("import kx_a")


def circle_import(lib, events):
    text = "import {0}\ndef {1}(): return {0}.{2}\n"
    lib({"kx_a.py": text.format("kx_b", "f", "g"), "kx_b.py": text.format("kx_a", "g", "f")})
    return outcome("import kx_a\nkx_a.f()()\n")


def none_entry(lib, events):
    lib({"kx_m.py": ""})
    return outcome("import sys\nsys.modules['kx_m'] = None\nimport kx_m\n")


def no_init(lib, events):
    lib({"roost/owl.py": ""})
    return outcome("import roost")


def star_submodule(lib, events):
    lib({"roost/__init__.py": "__all__ = ['owl']\n", "roost/owl.py": ""})
    return outcome("from roost import *\nowl.__name__\n")


def star_private(lib, events):
    lib({"kx_m.py": "_x = 1\n"})
    return outcome("from kx_m import *\n_x\n")


def builtin(lib, events):
    folder = str(lib({"time.py": ""}))
    specs = (finder.find_spec("time", None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    origin = next(spec for spec in specs if spec is not None).origin
    return "the folder" if folder in str(origin) else "the interpreter"


def second_folder(lib, events):
    first = lib({"first/roost/__init__.py": "", "second/roost/__init__.py": "", "second/roost/owl.py": ""})
    sys.path[:0] = [str(first / "first"), str(first / "second")]
    places = run("import roost")["roost"].__path__
    return "both" if len(places) == 2 else "the first" if "first" in places[0] else "the second"


WORKS = ("works", "raises")
THERE = ("there", "gone")
EXPERIMENTS = {
    "executions": (executions, (1, 2, 3)),
    "as_a_program": (as_a_program, (1, 2, 3)),
    "bound_name": (bound_name, ("roost", "owl", "roost.owl")),
    "copied_name": (copied_name, ("old", "new")),
    "same_name": (same_name, ("function", "module")),
    "failed_module": (failed("kx_m"), THERE),
    "its_helper": (failed("kx_helper"), THERE),
    "reloaded_name": (reloaded(lambda m, _: "there" if hasattr(m, "x") else "gone"), THERE),
    "reloaded_function": (reloaded(lambda m, names: names["f"] is m.f), (True, False)),
    "reloaded_class": (reloaded(lambda m, names: isinstance(names["old"], m.C)), (True, False)),
    "circle_from": (circle_from, WORKS),
    "circle_import": (circle_import, WORKS),
    "none_entry": (none_entry, WORKS),
    "no_init": (no_init, WORKS),
    "star_submodule": (star_submodule, WORKS),
    "star_private": (star_private, WORKS),
    "builtin": (builtin, ("the folder", "the interpreter")),
    "second_folder": (second_folder, ("the first", "the second", "both")),
}


@pytest.mark.task(7)
@pytest.mark.parametrize("question", EXPERIMENTS)
def test_predicted(predictions, lib, events, question):
    """You predicted what this interpreter does in the experiment."""
    experiment, choices = EXPERIMENTS[question]
    predictions.check(question, experiment(lib, events), choices)
