"""What is kept between runs, in a real file: by threads, by processes, and without harm where none can be."""

import json
import sqlite3
import subprocess
import sys
import threading

import pytest

from grader.store import CASES, FOLDER, RESULT, Store

FILE = f"{FOLDER}/results.sqlite3"


def test_what_was_kept_is_found_by_the_next_run(tmp_path):
    """A value outlives the store that kept it."""
    value = {"a": [1, 2.5, None, True, "ü"]}
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", value)
    with Store(tmp_path) as store:
        assert value == store.find(RESULT, "x")


def test_what_was_never_kept_is_nothing(tmp_path):
    """An unknown key is None, and so is a key of another kind."""
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", 1)
        assert store.find(RESULT, "y") is None
        assert store.find(CASES, "x") is None


def test_a_later_value_replaces_an_earlier_one(tmp_path):
    """There is one value for each key."""
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", 1)
        store.keep(RESULT, "x", 2)
        assert 2 == store.find(RESULT, "x")


def test_a_text_that_looks_like_sql_is_only_a_text(tmp_path):
    """Keys and values are data."""
    odd = "'; DROP TABLE kept; --"
    with Store(tmp_path) as store:
        store.keep(odd, odd, odd)
        assert odd == store.find(odd, odd)


def test_the_folder_may_be_deleted_at_any_time(tmp_path):
    """Everything can be made again."""
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", 1)
    for path in (tmp_path / FOLDER).iterdir():
        path.unlink()
    (tmp_path / FOLDER).rmdir()
    with Store(tmp_path) as store:
        assert store.find(RESULT, "x") is None


def test_a_file_that_is_no_database_does_no_harm(tmp_path):
    """The run works from memory, and the file is not touched."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FILE).write_text("no database\n" * 100, encoding="utf-8")
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", 1)
        assert 1 == store.find(RESULT, "x")
    assert (tmp_path / FILE).read_text(encoding="utf-8").startswith("no database")


def test_a_place_that_cannot_be_written_does_no_harm(tmp_path):
    """Where the folder cannot be made, the run works from memory."""
    (tmp_path / FOLDER).write_text("a file is in the way", encoding="utf-8")
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", 1)
        assert 1 == store.find(RESULT, "x")
    with Store(tmp_path) as store:
        assert store.find(RESULT, "x") is None


def test_a_closed_store_is_closed(tmp_path):
    """Leaving the block closes the file."""
    with Store(tmp_path) as store:
        pass
    with pytest.raises(sqlite3.ProgrammingError):
        store.find(RESULT, "x")


def test_threads_share_a_store(tmp_path):
    """Several runs at a time keep and find through one connection."""
    start = threading.Barrier(4)

    def work(name):
        start.wait()
        for number in range(20):
            store.keep(name, str(number), number)
            assert number == store.find(name, str(number))

    with Store(tmp_path) as store:
        threads = [threading.Thread(target=work, args=(str(name),)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 19 == store.find("3", "19")


def test_processes_share_the_file(tmp_path):
    """What another process keeps is found while this one has the file open."""
    program = (
        "import sys, pathlib; from grader.store import Store\n"
        "with Store(pathlib.Path(sys.argv[1])) as store:\n"
        "    store.keep('result', 'x', store.find('result', 'y') + 1)\n"
    )
    with Store(tmp_path) as store:
        store.keep(RESULT, "y", 41)
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
        assert 42 == store.find(RESULT, "x")


def test_the_file_can_be_read_by_anybody(tmp_path):
    """It is one table of JSON, for those who want to look."""
    with Store(tmp_path) as store:
        store.keep(RESULT, "x", ["ü"])
    database = sqlite3.connect(tmp_path / FILE)
    rows = database.execute("SELECT kind, key, value FROM kept").fetchall()
    database.close()
    assert [("result", "x", ["ü"])] == [(kind, key, json.loads(value)) for kind, key, value in rows]
