"""Lets shutil.move copy across file systems: for a while half a file has the name of the whole.

Loses: 5
"""

import contextlib
import errno
import filecmp
import gzip
import hashlib
import json
import os
import shutil
import stat
import tarfile
import tempfile
import unicodedata
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

OTHER, DUPLICATES = "other", "duplicates"
"""Folders of the library for files without a rule, and for files whose content is there already."""


class Step(NamedTuple):
    """One file that moves."""

    source: Path
    target: Path


class UnsafeArchive(ValueError):
    """The archive holds something that must not be unpacked."""


# Planning


def make_plan(inbox: Path, library: Path, rules: Mapping[str, str]) -> list[Step]:
    """Return where each file of the inbox belongs; nothing is changed.

    Args:
        inbox: the folder to tidy up, with its subfolders.
        library: where the files go; it need not be there yet.
        rules: folders of the library by suffix, in lower case: ``{".jpg": "pictures"}``.

    Raises:
        OSError: something cannot be read.

    """
    kept = list(_files(library)) if os.path.lexists(library) else []
    arriving = sorted(_files(inbox), key=lambda path: path.relative_to(inbox).as_posix())
    duplicates = _duplicates(kept, arriving)
    names = _Names()
    steps = []
    for source in arriving:
        folder = DUPLICATES if source in duplicates else rules.get(source.suffix.lower(), OTHER)
        steps.append(Step(source, names.free(library / folder, source)))
    return steps


def _files(folder: Path) -> Iterator[Path]:
    """Yield all regular files; links are not followed. A folder that cannot be listed raises ``OSError``."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry)


def _duplicates(kept: Iterable[Path], arriving: Iterable[Path]) -> set[Path]:
    """Return the arriving files whose content has been there before; only equal sizes are read."""
    sizes = {path: path.stat().st_size for path in (*kept, *arriving)}
    frequency = Counter(sizes.values())
    arrived = set(arriving)
    seen: set[bytes] = set()
    found = set()
    for path, size in sizes.items():
        if frequency[size] > 1:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
            if digest in seen and path in arrived:
                found.add(path)
            seen.add(digest)
    return found


class _Names:
    """Finds free names; names that some file system would take for the same count as one."""

    def __init__(self) -> None:
        self._taken: dict[Path, set[str]] = {}

    def free(self, folder: Path, source: Path) -> Path:
        if folder not in self._taken:
            there = folder.iterdir() if os.path.lexists(folder) else ()  # links without a target, too
            self._taken[folder] = {self._key(path.name) for path in there}
        name, number = source.name, 1
        while self._key(name) in self._taken[folder]:
            number += 1
            name = f"{source.stem} ({number}){source.suffix}"
        self._taken[folder].add(self._key(name))
        return folder / name

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


# Moving


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
    if os.path.lexists(journal):
        raise FileExistsError(errno.EEXIST, "this journal is in use", str(journal))
    if dry_run:
        return _dry_run(steps)
    refused = []
    with journal.open("x", encoding="utf-8") as file:
        for step in steps:
            if not _possible(step):
                refused.append(step)
                continue
            for folder in _missing_folders(step.target.parent):
                _write(file, {"made": str(folder)})
                folder.mkdir()
            part = f".{uuid.uuid4().hex}.part"
            _write(file, {"source": str(step.source), "target": str(step.target), "part": part})
            _move(step.source, step.target, part)
    return refused


def _dry_run(steps: Iterable[Step]) -> list[Step]:
    refused: list[Step] = []
    promised: set[Path] = set()
    for step in steps:
        if step.target in promised or not _possible(step):
            refused.append(step)
        promised.add(step.target)
    return refused


def _possible(step: Step) -> bool:
    return _is_file(step.source) and not os.path.lexists(step.target)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _missing_folders(folder: Path) -> list[Path]:
    """Return the folders that have to be made, the outermost first."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = folder.parent
    return missing[::-1]


def _write(journal: IO[str], record: dict[str, Any]) -> None:
    """Write what is about to happen, and let it leave this process before it happens."""
    journal.write(json.dumps(record) + "\n")
    journal.flush()


def _move(source: Path, target: Path, part: str) -> None:
    """Move a file; between file systems it is copied aside, compared, put in place, and only then removed."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    shutil.move(source, target)


# The way back


def undo(journal: Path) -> list[Step]:
    """Bring back what was moved, and return the steps whose files stay, since their old place is taken.

    It may be called after an end at any moment, also its own, and as often as one likes.
    """
    try:
        records = list(_records(journal))
    except FileNotFoundError:
        return []  # it ended before it began
    done = [record for record in records if "undone" not in record]
    undone = {record["undone"] for record in records if "undone" in record}
    stuck = []
    with journal.open("a", encoding="utf-8") as file:
        file.write("\n")  # the last line may be half a line
        for number in reversed(range(len(done))):
            record = done[number]
            if number in undone:
                continue
            if "made" in record:
                back = _remove_if_empty(Path(record["made"]))
            else:
                step = Step(Path(record["source"]), Path(record["target"]))
                back = _move_back(step, record["part"])
                stuck += [] if back else [step]
            if back:
                _write(file, {"undone": number})
    return stuck[::-1]


def _records(journal: Path) -> Iterator[dict[str, Any]]:
    for line in journal.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):  # the end of the program cut it: nothing followed from it
            yield json.loads(line)


def _move_back(step: Step, part: str) -> bool:
    for place in step:
        place.with_name(part).unlink(missing_ok=True)  # a copy that was never finished
    if not os.path.lexists(step.target):
        return _is_file(step.source)
    if not os.path.lexists(step.source):
        step.source.parent.mkdir(parents=True, exist_ok=True)
        _move(step.target, step.source, part)
        return True
    # Both are there: either the move ended before its last operation, or somebody else put a file here.
    if not (_is_file(step.source) and filecmp.cmp(step.source, step.target, shallow=False)):
        return False
    step.target.unlink()
    return True


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


# Archives


def pack(folder: Path, archive: Path) -> None:
    """Write all files and folders into a new archive, ``.zip`` or ``.tar.gz``; links are left out.

    Raises:
        FileExistsError: the archive is there already.
        OSError: something cannot be read or written; there is no archive then.

    """
    if os.path.lexists(archive):
        raise FileExistsError(errno.EEXIST, "this archive is there already", str(archive))
    content = sorted(_content(folder))
    with _aside(archive) as part:
        if archive.name.endswith(".zip"):
            with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED, strict_timestamps=False) as zipped:
                for path in content:
                    zipped.write(path, path.relative_to(folder))
        else:
            with tarfile.open(part, "x:gz") as tarred:
                for path in content:
                    tarred.add(path, path.relative_to(folder), recursive=False)


def unpack(archive: Path, folder: Path) -> None:
    """Write the content of an archive into a new folder.

    Raises:
        FileExistsError: the folder is there already.
        UnsafeArchive: a member leads out of the folder, is neither file nor folder, or comes twice.
        Exception: the archive is damaged, or is none.

    """
    if os.path.lexists(folder):
        raise FileExistsError(errno.EEXIST, "this folder is there already", str(folder))
    with _aside(folder) as part:
        if archive.name.endswith(".zip"):
            with zipfile.ZipFile(archive) as zipped:
                members = zipped.infolist()
                _require_safe((it.filename, _is_plain(it)) for it in members)
                part.mkdir()
                for member in members:
                    zipped.extract(member, part)
        else:
            _require_whole(archive)
            with tarfile.open(archive, "r:gz") as tarred:
                packed = tarred.getmembers()
                _require_safe((it.name, it.isreg() or it.isdir()) for it in packed)
                part.mkdir()
                tarred.extractall(part, members=packed, filter="data")


def _content(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry)
                yield from _content(Path(entry))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry)


@contextlib.contextmanager
def _aside(place: Path) -> Iterator[Path]:
    """Give a place next to ``place``, which becomes ``place`` at the end, unless something goes wrong."""
    with tempfile.TemporaryDirectory(dir=place.parent, ignore_cleanup_errors=True) as aside:
        part = Path(aside, place.name)
        yield part
        part.rename(place)


def _require_whole(archive: Path) -> None:
    """Read to the end, where gzip has its checksum; tarfile stops before."""
    with gzip.open(archive) as stream:
        while stream.read(1 << 20):
            pass


def _is_plain(member: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(member.external_attr >> 16)
    return kind in (0, stat.S_IFREG, stat.S_IFDIR)


def _require_safe(members: Iterable[tuple[str, bool]]) -> None:
    """Look at all names before the first byte is written."""
    seen = set()
    for name, plain in members:
        path = PurePosixPath(name)
        if not plain or path.is_absolute() or ".." in path.parts or path in seen:
            raise UnsafeArchive(f"{name!r} must not be unpacked")
        seen.add(path)
