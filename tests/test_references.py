"""References that rebuild a part of Python pass CPython's own tests of it, where they are installed."""

import importlib.util
import sys
import unittest
from pathlib import Path
from types import ModuleType

import pytest

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"

NO_DICT = {
    "test_repr": "a HashMap shows its class, HashMap({1: 2}); the suite of the exercise asks for that",
}
"""CPython's tests of a mapping that do not apply to ``hash_map``, each with the reason."""


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
