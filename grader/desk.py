"""What every command starts from: the repository, what is known of it, and what the output can show."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.catalog import Catalog
from grader.model import Exercise
from grader.screen import Screen

if TYPE_CHECKING:  # start-up matters: imported where they are used
    from grader.standing import Standing
    from grader.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The repository at ``root``, and the screen ``out`` behind standard output."""

    root: Path
    out: Screen

    @property
    def catalog(self) -> Catalog:
        """All exercises, read anew."""
        return Catalog.read(self.root)

    @contextmanager
    def store(self) -> Iterator["Store"]:
        """Open what is kept between runs."""
        from grader.store import Store

        with Store(self.root) as store:
            yield store

    def standings(self, exercises: Sequence[Exercise]) -> list["Standing"]:
        """Look up what is known about the present hand-ins; nothing is run."""
        from grader.grading import standings

        with self.store() as store:
            return standings(self.root, exercises, store)
