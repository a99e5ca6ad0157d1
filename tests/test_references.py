"""References that rebuild a part of Python pass CPython's own tests of it, where they are installed."""

import functools
import importlib.util
import sys
import unittest
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"

NO_DICT = {
    "test_repr": "a HashMap shows its class, HashMap({1: 2}); the suite of the exercise asks for that",
}
"""CPython's tests of a mapping that do not apply to ``hash_map``, each with the reason."""

NO_PROPERTY = {
    "test_property_set_name_incorrect_args": "the wording of a TypeError that C code raises",
    "test_property_name": "the attribute __name__ is new in 3.13; the exercise serves older versions",
    "test_slots_docstring_copy_exception": "instances of a class in Python have a __dict__ in any subclass",
    "test_property_with_slots_docstring_silently_dropped": "as the one before",
    "test_refleaks_in___init__": "counts references, which needs a debug build",
    "test_gh_115618": "as the one before",
}
"""Those of property that do not apply to ``Property``; not every version of Python has all of them."""

NO_LRU_CACHE = {
    "test_lru_reentrancy_with_len": "it makes the builtin len a cached one, and the reference uses len",
    "test_common_signatures": "from 3.12 on it wants a bare '()'; our cache_info has an annotation",
}
"""Those of lru_cache that do not apply to ``memoization.lru_cache``."""

NO_MANAGERS = {
    "test_instance_docs": "instances do not copy the docstring",
    "test_instance_docstring_given_cm_docstring": "as test_instance_docs",
    "test_exception_groups": "groups are out of scope in the exercise (3.12 and later)",
    "test_nokeepref": "a reusable manager has to keep its arguments",
    "test_param_errors": "wrong arguments show when the block is entered",
    "test_contextmanager_trap_second_yield": "looks at the private attribute gen",
    "test_contextmanager_trap_yield_after_throw": "looks at the private attribute gen",
}
"""Those of contextlib that do not apply to ``context_generators``; not every version has all of them."""


@pytest.fixture
def reference(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the reference at the path of the parameter, imported for this test only."""
    path = SOLUTIONS / request.param
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


def run(case: type[unittest.TestCase]) -> tuple[int, dict[str, str]]:
    """Run the tests of a class; return how many there are, and the text of each that did not pass."""
    outcome = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(outcome)
    surprises = [(test, "it passed") for test in outcome.unexpectedSuccesses]
    wrong = [*outcome.failures, *outcome.errors, *outcome.skipped, *surprises]
    return outcome.testsRun, {test.id().rpartition(".")[2]: text for test, text in wrong}


@pytest.mark.parametrize("reference", ["01_algorithms/01_hash_map/hash_map.py"], indirect=True)
def test_a_hash_map_passes_the_tests_of_a_mapping(reference: ModuleType) -> None:
    """What CPython asks of a class like dict holds for HashMap, but for what is listed with its reason."""
    given = pytest.importorskip("test.mapping_tests", reason="this Python comes without its own tests")
    case = type("MappingTests", (given.TestHashMappingProtocol,), {"type2test": reference.HashMap})
    count, wrong = run(case)
    assert count >= 20
    assert NO_DICT.keys() == wrong.keys(), "\n".join(wrong.values())


@pytest.mark.parametrize("reference", ["07_advanced/03_descriptors/descriptors.py"], indirect=True)
def test_a_property_passes_the_tests_of_the_built_in_one(reference: ModuleType) -> None:
    """What CPython asks of property holds for Property, but for what is listed with its reason."""
    spec = importlib.util.find_spec("test.test_property")
    if spec is None or spec.loader is None:
        pytest.skip("this Python comes without its own tests")
    given = importlib.util.module_from_spec(spec)  # a copy, in which the name means Property from the start
    vars(given)["property"] = reference.Property
    spec.loader.exec_module(given)
    members = vars(given).values()
    cases = [one for one in members if isinstance(one, type) and issubclass(one, unittest.TestCase)]
    outcomes = [run(case) for case in cases]
    wrong = {name: text for _, texts in outcomes for name, text in texts.items()}
    assert sum(count for count, _ in outcomes) >= 20
    assert wrong.keys() <= NO_PROPERTY.keys(), "\n".join(wrong.values())


@pytest.mark.parametrize("reference", ["07_advanced/06_memoization/memoization.py"], indirect=True)
def test_an_lru_cache_passes_the_tests_of_functools(reference: ModuleType) -> None:
    """What CPython asks of functools.lru_cache holds for ours, but for what is listed with its reason."""
    given = pytest.importorskip("test.test_functools", reason="this Python comes without its own tests")

    @reference.lru_cache()  # type: ignore[untyped-decorator]
    def cached(x: int, y: int) -> int:
        return 3 * x + y

    @reference.lru_cache()  # type: ignore[untyped-decorator]
    def method(_: object, x: int, y: int) -> int:
        return 3 * x + y

    body = {
        "module": SimpleNamespace(
            **vars(functools) | {"lru_cache": reference.lru_cache, "_CacheInfo": reference.CacheInfo}
        ),
        "cached_func": (cached,),
        "cached_meth": method,
        "cached_staticmeth": staticmethod(cached),
        "test_pickle": None,  # functions are pickled by name; these have none that could be imported
    }
    count, wrong = run(type("LruTests", (given.TestLRU, unittest.TestCase), body))
    assert count >= 25
    assert wrong.keys() <= NO_LRU_CACHE.keys(), "\n".join(wrong.values())


@pytest.mark.parametrize(
    "reference", ["07_advanced/05_context_generators/context_generators.py"], indirect=True
)
@pytest.mark.parametrize(
    "case", ["TestSuppress", "TestChdir", "TestRedirectStream", "ContextManagerTestCase"]
)
def test_managers_from_generators_pass_the_tests_of_contextlib(
    reference: ModuleType, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What CPython asks of contextlib's managers holds for ours, but for what is listed with its reason."""
    given = pytest.importorskip("test.test_contextlib", reason="this Python comes without its own tests")

    def again(name: str) -> Any:
        """Return a manager of the reference, made so that it can be entered again."""
        return reference.reusable(getattr(reference, name).__wrapped__)

    monkeypatch.setattr(given, "suppress", again("ignored"))
    monkeypatch.setattr(given, "chdir", again("working_folder"))
    monkeypatch.setattr(given, "contextmanager", reference.reusable)
    stream = {"redirect_stream": staticmethod(again("redirected")), "orig_stream": "stdout"}
    bases = (
        (getattr(given, case),)
        if case != "TestRedirectStream"
        else (given.TestRedirectStream, unittest.TestCase)
    )
    count, wrong = run(type(case, bases, stream))
    assert count >= 3
    assert wrong.keys() <= NO_MANAGERS.keys(), "\n".join(wrong.values())
