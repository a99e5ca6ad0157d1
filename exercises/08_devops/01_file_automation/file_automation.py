"""Sorts a folder into a library: a plan first, then moves with a journal, and a way back from everywhere."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

OTHER, DUPLICATES = "other", "duplicates"
"""Folders of the library for files without a rule, and for files whose content is there already."""


class Step(NamedTuple):
    """One file that moves."""

    source: Path
    target: Path


class UnsafeArchive(ValueError):
    """The archive holds something that must not be unpacked."""


def make_plan(inbox: Path, library: Path, rules: Mapping[str, str]) -> list[Step]:
    """Return where each file of the inbox belongs; nothing is changed.

    Args:
        inbox: the folder to tidy up, with its subfolders.
        library: where the files go; it need not be there yet.
        rules: folders of the library by suffix, in lower case: ``{".jpg": "pictures"}``.

    Raises:
        OSError: something cannot be read.

    """
    raise NotImplementedError("find all files, and a free name in the library for each")


def apply_plan(steps: Iterable[Step], journal: Path, *, dry_run: bool = False) -> list[Step]:
    """Carry out the steps, and return those that cannot be carried out any more.

    Args:
        steps: what to move.
        journal: a new file, from which ``undo`` learns what has been done.
        dry_run: change nothing, not even the journal.

    Raises:
        FileExistsError: the journal is there already.
        OSError: an operation failed; ``undo`` leads back.

    """
    raise NotImplementedError("write into the journal what is about to happen, then move the file")


def undo(journal: Path) -> list[Step]:
    """Bring back what was moved, and return the steps whose files stay, since their old place is taken.

    It may be called after an end at any moment, also its own, and as often as one likes.
    """
    raise NotImplementedError("look what has really happened, and take it back from the last to the first")


def pack(folder: Path, archive: Path) -> None:
    """Write all files and folders into a new archive, ``.zip`` or ``.tar.gz``; links are left out.

    Raises:
        FileExistsError: the archive is there already.
        OSError: something cannot be read or written; there is no archive then.

    """
    raise NotImplementedError("write the archive under another name, and give it its name at the end")


def unpack(archive: Path, folder: Path) -> None:
    """Write the content of an archive into a new folder.

    Raises:
        FileExistsError: the folder is there already.
        UnsafeArchive: a member leads out of the folder, is neither file nor folder, or comes twice.
        Exception: the archive is damaged, or is none.

    """
    raise NotImplementedError("look at all members, unpack next to the folder, and rename at the end")
