"""The two folders of a new exercise."""

import re

import pytest

from grader.catalog import Catalog
from grader.errors import UsageError
from grader.proof import documents
from grader.proof.samples import read_samples
from grader.scaffold import scaffold


@pytest.fixture
def new(repository):
    """Make a new exercise and return its relative paths."""
    return lambda topic, slug: [
        path.relative_to(repository.root).as_posix() for path in scaffold(repository.root, topic, slug)
    ]


def test_a_new_exercise_is_two_folders(new, repository):
    """Everything that the contract asks for, at the end of its topic."""
    place = "01_basics/02_halving"
    assert [
        f"exercises/{place}/README.md",
        f"exercises/{place}/exercise.toml",
        f"exercises/{place}/halving.py",
        f"exercises/{place}/test_halving.py",
        f"solutions/{place}/halving.py",
        f"solutions/{place}/DISCUSSION.md",
        f"solutions/{place}/accepted/.gitkeep",
        f"solutions/{place}/rejected/.gitkeep",
    ] == new("basics", "halving")
    assert ["doubling", "halving"] == [exercise.slug for exercise in Catalog.read(repository.root).exercises]


def test_only_the_samples_are_missing(new, repository):
    """The rules understand the scaffold, and say what is left to do."""
    new("basics", "halving")
    exercise = Catalog.read(repository.root).one("halving")
    rules = (
        documents.check_files,
        documents.check_names,
        documents.check_readme,
        documents.check_hints,
        documents.check_stub,
    )
    assert [] == [finding for rule in rules for finding in rule(exercise)]
    assert [] == list(documents.check_tree(repository.root))
    assert ["accepted", "rejected"] == [finding.path.name for finding in read_samples(exercise)[1]]


def test_the_scaffold_passes_its_own_suite(new, repository, pytester):
    """The reference is right and the stub is not."""
    new("basics", "halving")
    suite = repository.root / "exercises/01_basics/02_halving"
    pytester.runpytest_inprocess(suite).assert_outcomes(failed=1)
    mirror = repository.root / "solutions/01_basics/02_halving"
    pytester.runpytest_inprocess("--hand-in", mirror, suite).assert_outcomes(passed=1)


def test_no_placeholder_is_left(new, repository):
    """The slug stands wherever it belongs."""
    for path in new("basics", "halving"):
        assert "SLUG" not in (repository.root / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", ["basics", "01_basics"])
def test_a_topic_has_a_name_with_or_without_its_number(new, topic):
    """Both mean the folder that is there."""
    assert new(topic, "halving")[0].startswith("exercises/01_basics/02_halving/")


def test_the_next_number_is_taken(new, repository):
    """Gaps stay gaps: the order of what is there does not change."""
    repository.write("exercises/01_basics/07_later/README.md", "x")
    assert new("basics", "halving")[0].startswith("exercises/01_basics/08_halving/")


def test_a_new_topic_needs_its_number(new):
    """The number says where the topic stands."""
    assert new("02_sets", "union")[0].startswith("exercises/02_sets/01_union/")
    assert new("sets", "meet")[0].startswith("exercises/02_sets/02_meet/")


def test_a_topic_that_is_not_there_is_refused(new, repository):
    """The hint names the topics; nothing is written."""
    repository.write("exercises/02_sets/README.md", "x")
    with pytest.raises(UsageError) as caught:
        new("graphs", "halving")
    assert "there is no topic 'graphs'" == caught.value.message
    assert "use one of basics, sets, or NN_name for a new one" == caught.value.hint
    assert not list(repository.root.rglob("*halving*"))


@pytest.mark.parametrize("slug", ["", "Halving", "2nd", "half-way", "half way", "../x", "_x", "é"])
def test_a_slug_is_a_plain_word(new, slug):
    """It has to be the name of a module on every system."""
    with pytest.raises(UsageError, match=re.escape(f"{slug!r} is no slug")):
        new("basics", slug)


@pytest.mark.parametrize(
    ("slug", "owner"),
    [
        ("doubling", "another exercise"),
        ("json", "the standard library"),
        ("pytest", "a dependency"),
        ("catalog", "the grader"),
    ],
)
def test_a_name_that_is_taken_is_refused(new, slug, owner):
    """The message says by whom."""
    with pytest.raises(UsageError) as caught:
        new("basics", slug)
    assert f"{slug!r} is the name of {owner} already" == caught.value.message
