"""A plugin for pytest: runs only the cases that ask a prediction sheet, and writes down what they ask."""

import os
from pathlib import Path

import pytest

from grader.fixtures.predictions import Predictions

ASKED = "KATA_ASKED"
"""The variable that names the file to write."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the cases out that ask no sheet."""
    items[:] = [item for item in items if "predictions" in getattr(item, "fixturenames", ())]


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write (task, question, truth, choices) down, one line each, and check as ever."""
    (number,) = request.node.get_closest_marker("task").args
    check = Predictions.check

    def recorded(self: Predictions, question: str, truth: object, choices: object) -> None:
        with Path(os.environ[ASKED]).open("a", encoding="utf-8") as file:
            file.write(f"{(number, question, truth, tuple(choices))!r}\n")  # type: ignore[call-overload]
        check(self, question, truth, choices)  # type: ignore[arg-type]

    monkeypatch.setattr(Predictions, "check", recorded)
