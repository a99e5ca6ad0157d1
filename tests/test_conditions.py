"""The conditions of repeats: they differ, they are real, and nothing of them stays."""

import datetime
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.proof.conditions import LOCALES, UMASKS, ZONES, applied, conditions

NOW = datetime.datetime(2026, 7, 1, 15, 40, tzinfo=datetime.UTC)
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs time zones and permissions of POSIX")


def test_a_dozen_repeats_have_all_of_them() -> None:
    """Each locale meets each time zone, and each umask occurs; no two repeats have the same seeds."""
    dozen = [conditions(number, NOW) for number in range(1, 13)]
    pairs = {(one.variables["LC_ALL"], one.variables["TZ"]) for one in dozen}
    assert len(LOCALES) * (1 + len(ZONES)) == len(pairs)
    assert set(UMASKS) == {one.umask for one in dozen}
    assert (
        12 == len({one.variables["PYTHONHASHSEED"] for one in dozen}) == len({one.options for one in dozen})
    )


def test_conditions_can_be_read() -> None:
    """A finding names them, so that they can be brought about again."""
    told = str(conditions(1, NOW))
    for part in ("--order-seed 1", "--hypothesis-seed 1", "PYTHONHASHSEED=1", "LC_ALL=tr_TR.UTF-8", "umask="):
        assert part in told


@posix
def test_one_zone_has_just_put_its_clocks_forward() -> None:
    """At 15:00 it becomes 16:00 there: the minute before and the minute after are an hour and two apart."""
    (zone,) = {conditions(number, NOW).variables["TZ"] for number in range(12)} - set(ZONES)
    moments = [NOW.replace(hour=14, minute=59), NOW.replace(hour=15, minute=0)]
    code = f"import time; print([time.localtime(t)[3:5] for t in {[m.timestamp() for m in moments]}])"
    shown = subprocess.run(
        [sys.executable, "-c", code], env={"TZ": zone}, capture_output=True, text=True, check=True
    )
    assert "[(14, 59), (16, 0)]" == shown.stdout.strip()


@posix
def test_what_is_set_is_set_and_taken_back() -> None:
    """Inside, the umask holds, and the folders are odd and read-only; afterwards all is as before."""
    before = os.umask(0o022)
    try:
        wanted = conditions(2, NOW)
        with applied(wanted) as (place, home):
            assert wanted.umask == os.umask(wanted.umask) != 0o022
            assert " " in place.name
            assert not place.name.isascii()
            assert place.parent == Path(tempfile.gettempdir())
            with pytest.raises(OSError, match="kata"):
                (home / "kata").write_text("kept")
        assert not place.exists()
        assert 0o022 == os.umask(0o022)
    finally:
        os.umask(before)


def test_it_is_taken_back_after_an_exception() -> None:
    """Whatever happens inside, no core is kept busy any longer."""
    folders = []

    def fail() -> None:
        with applied(conditions(1, NOW)) as (place, _):
            folders.append(place)
            raise ZeroDivisionError

    before = os.umask(0o022)
    try:
        with pytest.raises(ZeroDivisionError):
            fail()
        assert [False] == [folder.exists() for folder in folders]
        assert 0o022 == os.umask(0o022)
    finally:
        os.umask(before)
