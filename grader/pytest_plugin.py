"""What suites share: the ``task`` mark, the hand-in that ``import`` finds, and the fixtures.

Loaded by plain pytest through the entry point and by the worker by name. It runs beside learner
code, so it imports nothing of the grader but its own companions (``checks`` and ``fixtures``).
"""

import importlib.machinery
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import hypothesis
import pytest

from grader.checks import Checks

if TYPE_CHECKING:  # imported where they are used: most suites need none of them
    from grader.fixtures.http_server import LoopbackServer
    from grader.fixtures.learner_suite import LearnerSuite
    from grader.fixtures.predictions import Predictions
    from grader.fixtures.programs import Programs
    from grader.fixtures.sites import Hosts, Sites


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose the hand-in and the order of the cases."""
    group = parser.getgroup("katas", "graded katas")
    group.addoption(
        "--hand-in",
        metavar="FOLDER",
        type=Path,
        help="take the hand-in of the one exercise that is run from FOLDER, e.g. its mirror in solutions/",
    )
    group.addoption("--order-seed", type=int, metavar="N", help="run the cases in a random order")
    group.addoption("--no-shrink", action="store_true", help="keep the first example that fails, as it is")
    group.addoption("--free-draw", action="store_true", help="let hypothesis draw other examples each time")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, fix what hypothesis draws, and point imports at the chosen hand-in."""
    config.addinivalue_line("markers", "task(n): the numbered task of the README that a case belongs to")
    # "explain" traces lines through every repetition: seconds, where the smallest example takes none
    spared = {hypothesis.Phase.explain}
    if config.getoption("no_shrink"):
        spared.add(hypothesis.Phase.shrink)
    hypothesis.settings.register_profile(
        "katas",
        deadline=None,
        database=None,
        derandomize=not config.getoption("free_draw"),
        print_blob=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[phase for phase in hypothesis.Phase if phase not in spared],
    )
    hypothesis.settings.load_profile("katas")
    folder = config.getoption("hand_in")
    if folder is None:
        return
    if not folder.is_dir():
        raise pytest.UsageError(f"--hand-in {folder}: there is no such folder")
    finder = HandInFinder(folder.resolve())
    sys.meta_path.insert(0, finder)
    config.add_cleanup(lambda: sys.meta_path.remove(finder))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle the cases when a seed was given."""
    seed = config.getoption("order_seed")
    if seed is not None:
        random.Random(seed).shuffle(items)


class HandInFinder:
    """Finds top-level modules in one folder before ``sys.path`` is read, where the stub would win."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module of the folder, or ``None`` (see ``importlib.abc.MetaPathFinder``)."""
        if path is not None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, [self.folder], target)
        return spec if spec is not None and spec.origin is not None else None


@pytest.fixture
def check() -> Checks:
    """The checks that say what was called, expected and got."""
    return Checks()


@pytest.fixture
def exercise(request: pytest.FixtureRequest) -> Path:
    """The folder of the suite, with the data and code that the exercise gives."""
    return request.path.parent


@pytest.fixture
def hand_in(request: pytest.FixtureRequest) -> Path:
    """The folder that holds the learner's files."""
    return _hand_in(request)


def _hand_in(request: pytest.FixtureRequest) -> Path:
    chosen: Path | None = request.config.getoption("hand_in")
    return request.path.parent if chosen is None else chosen.resolve()


@pytest.fixture
def predictions(hand_in: Path) -> "Predictions":
    """The answers of ``predictions.py``, read as data and checked one question at a time."""
    from grader.fixtures.predictions import Predictions

    return Predictions.read(hand_in / "predictions.py")


@pytest.fixture
def http_server() -> Iterator["LoopbackServer"]:
    """A real HTTP server on a free loopback port; the suite says what it answers."""
    from grader.fixtures.http_server import LoopbackServer

    with LoopbackServer() as server:
        yield server


@pytest.fixture
def programs(tmp_path: Path) -> Iterator["Programs"]:
    """Starts programs as black boxes, each in its own process, and stops them all at the end."""
    from grader.fixtures.programs import Programs

    with Programs(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def site_hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Hosts"]:
    """The processes behind ``sites``: each imports a module once for all cases of the suite."""
    from grader.fixtures.programs import Programs
    from grader.fixtures.sites import Hosts

    with Programs(tmp_path_factory.mktemp("hosts")) as running:
        yield Hosts(running, _hand_in(request))


@pytest.fixture
def sites(site_hosts: "Hosts", tmp_path: Path) -> Iterator["Sites"]:
    """Serves the learner's WSGI applications, each from a process of its own on a free loopback port."""
    from grader.fixtures.sites import Sites

    yield Sites(site_hosts, tmp_path)
    site_hosts.end_case()


@pytest.fixture(scope="session")
def learner_suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator["LearnerSuite"]:
    """Runs tests that the learner wrote, in processes of their own, against modules of ours."""
    from grader.fixtures.learner_suite import LearnerSuite

    with LearnerSuite(tmp_path_factory.mktemp("learner")) as suite:
        yield suite
