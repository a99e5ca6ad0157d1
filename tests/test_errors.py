"""The errors for people: message, hint, exit code."""

import pytest

from grader.errors import ContractError, GraderError, KataError, SetupError, UsageError


@pytest.mark.parametrize("kind", [UsageError, ContractError, SetupError])
def test_a_mistake_of_the_user_ends_with_code_2(kind):
    """What the user can mend is exit code 2."""
    assert issubclass(kind, KataError)
    assert 2 == kind.exit_code


def test_a_fault_of_the_grader_ends_with_code_3():
    """A fault of the grader is told apart by its exit code."""
    assert issubclass(GraderError, KataError)
    assert 3 == GraderError.exit_code


def test_an_error_keeps_its_message_and_its_hint():
    """Message and hint can be read one by one, and the text is the message."""
    error = UsageError("there is no such thing", "see them all: kata list")
    assert ("there is no such thing", "see them all: kata list") == (error.message, error.hint)
    assert "there is no such thing" == str(error)


def test_a_hint_may_be_left_out():
    """Not every error has a next step."""
    assert "" == GraderError("the run was interrupted").hint
