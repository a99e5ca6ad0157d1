"""What `kata verify` has to say: one problem, where it is, and how to mend it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule.

    ``path`` is absolute, ``rule`` a short name, ``problem`` says what is wrong and ``fix`` what to do.
    """

    path: Path
    rule: str
    problem: str
    fix: str

    def as_text(self, root: Path) -> str:
        """Return the finding in two lines, its path relative to ``root``."""
        place = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        return f"{place}: [{self.rule}] {self.problem}\n    fix: {self.fix}"
