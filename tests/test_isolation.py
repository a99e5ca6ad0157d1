"""How a worker is launched without walls around it."""

import sys

import pytest

from grader.isolation import Plain, choose


def test_a_plain_worker_does_not_see_the_users_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the search path crosses into a worker: no home, no tokens, no Python settings."""
    for name in ("HOME", "GITHUB_TOKEN", "PYTHONPATH", "LANG", "http_proxy"):
        monkeypatch.setenv(name, "secret")
    environment = Plain().environment()
    assert "secret" not in environment.values()
    assert ("C.UTF-8", "UTC", "0") == tuple(environment[name] for name in ("LC_ALL", "TZ", "PYTHONHASHSEED"))


def test_the_programs_beside_python_come_first() -> None:
    """Tools that were installed with the grader are found before others of the same name."""
    path = Plain().environment()["PATH"]
    assert path.startswith(sys.executable.rpartition("/")[0])


def test_variables_can_be_added() -> None:
    """What the caller adds wins over what is fixed."""
    assert "7" == Plain(variables={"PYTHONHASHSEED": "7"}).environment()["PYTHONHASHSEED"]


@pytest.mark.parametrize("name", ["auto", "none"])
def test_the_strongest_there_is_has_a_name(name: str) -> None:
    """Both names lead to the plain process for now, and the report says which it is."""
    assert "none" == choose(name).name
