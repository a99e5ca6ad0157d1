"""Finding the exercises, and what the names on a command line mean."""

from pathlib import Path

import pytest

from grader.catalog import Catalog, exercise_folders, find_root
from grader.errors import ContractError, SetupError, UsageError


@pytest.fixture
def catalog(repository):
    """Four exercises in two topics; their order is not that of the alphabet."""
    text = (repository.exercise_folder / "exercise.toml").read_text(encoding="utf-8")
    for place in ("01_basics/02_adding", "02_advanced_sets/01_union", "02_advanced_sets/02_adder"):
        repository.write(f"exercises/{place}/exercise.toml", text)
    return Catalog.read(repository.root)


def slugs(exercises):
    """Return the slugs, in order."""
    return [exercise.slug for exercise in exercises]


def test_the_numbers_of_the_folders_are_the_order(catalog):
    """Topics and exercises come in the order of their numbers, not of their names."""
    assert ["doubling", "adding", "union", "adder"] == slugs(catalog.exercises)
    assert ("basics", "advanced_sets") == catalog.topics


def test_an_exercise_knows_its_two_folders(catalog, repository):
    """Folder and mirror are absolute and differ in one word."""
    doubling = catalog.one("doubling")
    assert (repository.exercise_folder, repository.mirror) == (doubling.folder, doubling.mirror)


def test_other_files_and_folders_are_no_exercises(catalog, repository):
    """Notes, caches and folders without a number are passed over."""
    repository.write("exercises/README.md", "all topics")
    repository.write("exercises/01_basics/README.md", "the topic")
    repository.write("exercises/01_basics/__pycache__/x.pyc", "")
    repository.write("exercises/drafts/01_idea/exercise.toml", "")
    repository.write("exercises/01_basics/03_a_file", "")
    assert catalog.exercises == Catalog.read(repository.root).exercises
    assert 4 == len(exercise_folders(repository.root))


def test_a_broken_exercise_is_told(repository):
    """Reading the catalog refuses what breaks the contract."""
    repository.write("exercises/01_basics/02_adding/exercise.toml", "title = 1\n")
    with pytest.raises(ContractError, match="'title' has the wrong type"):
        Catalog.read(repository.root)


def test_a_folder_without_exercises_is_no_repository(tmp_path):
    """Reading elsewhere says what is missing and what to do."""
    with pytest.raises(SetupError) as caught:
        Catalog.read(tmp_path)
    assert f"there is no folder {tmp_path / 'exercises'}" == caught.value.message
    assert "run kata inside the repository" == caught.value.hint


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["doubling", "adding", "union", "adder"]),
        (["doubling"], ["doubling"]),
        (["basics"], ["doubling", "adding"]),
        (["01_basics"], ["doubling", "adding"]),
        (["01_doubling"], ["doubling"]),
        (["exercises/01_basics/01_doubling/"], ["doubling"]),
        (["exercises/01_basics/01_doubling/doubling.py"], ["doubling"]),
        (["DOUBLING"], ["doubling"]),
        (["add"], ["adding", "adder"]),
        (["adv"], ["union", "adder"]),
        (["union", "doubling", "basics"], ["doubling", "adding", "union"]),
    ],
)
def test_names_select(catalog, names, expected):
    """Slugs, topics, folders, files and beginnings select; the order stays that of the catalog."""
    assert expected == slugs(catalog.select(names))


@pytest.mark.usefixtures("catalog")
def test_a_name_in_full_is_not_taken_for_a_beginning(repository):
    """`adder` means that one even if another slug begins with it."""
    text = (repository.exercise_folder / "exercise.toml").read_text(encoding="utf-8")
    repository.write("exercises/01_basics/03_adder_chain/exercise.toml", text)
    assert ["adder"] == slugs(Catalog.read(repository.root).select(["adder"]))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dubling", "No exercise or topic named 'dubling'. Did you mean 'doubling'?"),
        ("advancd_sets", "No exercise or topic named 'advancd_sets'. Did you mean 'advanced_sets'?"),
        ("zzz", "No exercise or topic named 'zzz'."),
        ("", "No exercise or topic named ''."),
        ("01_", "No exercise or topic named '01_'."),
    ],
)
def test_a_wrong_name_gets_the_nearest_one(catalog, name, message):
    """A mistake is answered with a guess, if one is near, and with the next command."""
    with pytest.raises(UsageError) as caught:
        catalog.select([name])
    assert (message, "see them all: kata list") == (caught.value.message, caught.value.hint)


def test_one_wrong_name_among_right_ones_is_refused(catalog):
    """Nothing is selected silently without the name that was mistyped."""
    with pytest.raises(UsageError, match="'nothing'"):
        catalog.select(["doubling", "nothing"])


def test_one_exercise_is_asked_for(catalog):
    """A beginning is enough where it means one exercise only."""
    assert "doubling" == catalog.one("dou").slug


def test_one_is_not_several(catalog):
    """A name that means several exercises is refused with their names."""
    with pytest.raises(UsageError) as caught:
        catalog.one("basics")
    assert "'basics' means several exercises: doubling, adding" == caught.value.message


def test_the_repository_is_found_from_any_folder_in_it(repository):
    """The nearest folder upwards with exercises and pyproject.toml is the top."""
    assert repository.root == find_root(repository.root)
    assert repository.root == find_root(repository.exercise_folder)


def test_exercises_alone_make_no_repository(repository):
    """A folder named exercises without pyproject.toml beside it is somebody else's."""
    (repository.root / "other" / "exercises").mkdir(parents=True)
    assert repository.root == find_root(repository.root / "other" / "exercises")


def test_outside_there_is_no_repository(tmp_path):
    """Elsewhere the search ends with what to do."""
    with pytest.raises(SetupError, match="is not inside the repository"):
        find_root(Path(tmp_path.anchor))
