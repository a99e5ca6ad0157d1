"""Errors for people: each names the thing, the cause and the next command."""


class KataError(Exception):
    """Something that the user can mend; shown as ``error: …`` and ``hint: …``, never as a traceback.

    Args:
        message: what is wrong, naming the thing and the cause.
        hint: the next thing to do or to type; may be empty.

    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KataError):
    """The command line asks for something that is not there."""


class ContractError(KataError):
    """An exercise breaks the contract; the message names the file and the line."""


class SetupError(KataError):
    """This machine lacks something that the command needs."""


class GraderError(KataError):
    """The grader or a suite is at fault, never the learner."""

    exit_code = 3


class NotGradableError(KataError):
    """This machine lacks something that one exercise needs: neither a pass nor a zero."""
