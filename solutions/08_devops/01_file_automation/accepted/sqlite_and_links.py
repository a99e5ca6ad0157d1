"""A database as the journal, hard links in place of renaming, os.walk, and members written by hand."""

import contextlib
import errno
import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import stat
import tarfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """One file that moves."""

    source: Path
    target: Path


class UnsafeArchive(ValueError):
    """Not to be unpacked."""


def complain(error):
    """Let os.walk raise what it would pass over."""
    raise error


def regular(path):
    """Tell whether there is a file that is no link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def walk(top):
    """Yield all regular files below a folder."""
    for folder, _, names in os.walk(top, onerror=complain):
        yield from filter(regular, (Path(folder, name) for name in names))


def key(name):
    """Return what names have in common that look alike."""
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, name).casefold()
    return unicodedata.normalize("NFD", name)


def make_plan(inbox, library, rules):
    """See README."""
    old = list(walk(library)) if library.exists() else []
    new = sorted(walk(inbox), key=lambda path: str(path.relative_to(inbox)))
    by_size = defaultdict(list)
    for path in old + new:
        by_size[path.stat().st_size].append(path)
    first = {}
    for paths in by_size.values():
        for path in paths if len(paths) > 1 else []:
            first.setdefault(hashlib.blake2b(path.read_bytes()).digest(), path)
    leaders = set(first.values())
    lonely = {paths[0] for paths in by_size.values() if len(paths) == 1}
    taken = defaultdict(set)
    for folder in {*rules.values(), "other", "duplicates"}:
        with contextlib.suppress(FileNotFoundError):
            taken[folder] = {key(name) for name in os.listdir(library / folder)}  # noqa: PTH208
    steps = []
    for path in new:
        fresh = path in leaders or path in lonely
        folder = rules.get(path.suffix.lower(), "other") if fresh else "duplicates"
        name, number = path.name, 2
        while key(name) in taken[folder]:
            name, number = f"{path.stem} ({number}){path.suffix}", number + 1
        taken[folder].add(key(name))
        steps.append(Step(path, library / folder / name))
    return steps


@contextlib.contextmanager
def database(journal):
    """Open the journal; every change is committed at once."""
    connection = sqlite3.connect(journal, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS work (id INTEGER PRIMARY KEY, kind, source, target)")
        yield connection
    finally:
        connection.close()


def note(connection, kind, source, target):
    """Add a line to the journal."""
    row = (kind, os.fsencode(source), os.fsencode(target))
    connection.execute("INSERT INTO work (kind, source, target) VALUES (?, ?, ?)", row)


def apply_plan(steps, journal, *, dry_run=False):
    """See README."""
    if os.path.lexists(journal):
        raise FileExistsError(journal)
    seen, refused, possible = set(), [], []
    for step in steps:
        bad = step.target in seen or os.path.lexists(step.target) or not regular(step.source)
        (refused if bad else possible).append(step)
        seen.add(step.target)
    if not dry_run:
        with database(journal) as connection:
            for source, target in possible:
                for folder in reversed([target.parent, *target.parent.parents]):
                    if not folder.exists():
                        note(connection, "folder", folder, folder)
                        folder.mkdir()
                note(connection, "file", source, target)
                carry(source, target, target.with_name(f".moving-{target.name}"))
    return refused


def carry(source, target, aside):
    """Give the file a second name, or a copy of it that name; then take away the first one."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, aside)
        shutil.copystat(source, aside)
        aside.rename(target)
    source.unlink()


def undo(journal):
    """See README."""
    if not journal.exists():
        return []
    stuck = []
    with database(journal) as connection:
        for number, kind, *places in connection.execute("SELECT * FROM work ORDER BY id DESC").fetchall():
            source, target = (Path(os.fsdecode(it)) for it in places)
            if kind == "folder":
                back = not remove(source)
            else:
                back = bring_back(source, target)
                if not back:
                    stuck.append(Step(source, target))
            if back:
                connection.execute("DELETE FROM work WHERE id = ?", (number,))
    return stuck[::-1]


def remove(folder):
    """Remove a folder if it is empty; tell whether it is still there."""
    if folder.is_dir() and not os.listdir(folder):  # noqa: PTH208
        folder.rmdir()
    return folder.exists()


def bring_back(source, target):
    """Take back one move, however far it went."""
    target.with_name(f".moving-{target.name}").unlink(missing_ok=True)
    aside = source.with_name(f".moving-{source.name}")
    aside.unlink(missing_ok=True)
    if not os.path.lexists(target):
        return True
    if os.path.lexists(source):
        if not regular(source) or source.read_bytes() != target.read_bytes():
            return False
        target.unlink()
        return True
    source.parent.mkdir(parents=True, exist_ok=True)
    carry(target, source, aside)
    return True


def entries(folder):
    """Yield what is to be packed, as paths and names."""
    for top, folders, names in os.walk(folder, onerror=complain):
        for name in folders + names:
            path = Path(top, name)
            if regular(path) or (path.is_dir() and not path.is_symlink()):
                yield path, path.relative_to(folder).as_posix()


def pack(folder, archive):
    """See README."""
    if os.path.lexists(archive):
        raise FileExistsError(archive)
    part = archive.with_name(f".{archive.name}.part")
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(part, "w") as zipped:
                for path, name in entries(folder):
                    zipped.writestr(name + "/", b"") if path.is_dir() else zipped.writestr(
                        name, path.read_bytes()
                    )
        else:
            with tarfile.open(part, "w:gz") as tarred:
                for path, name in entries(folder):
                    tarred.add(path, name, recursive=False)
        part.rename(archive)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def members(opened):
    """Yield name, kind and a way to read of all members."""
    if isinstance(opened, zipfile.ZipFile):
        for it in opened.infolist():
            kind = stat.S_IFMT(it.external_attr >> 16)
            odd = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
            yield (
                it.filename,
                "odd" if odd else "folder" if it.is_dir() else "file",
                lambda it=it: opened.open(it),
            )
    else:
        for it in opened.getmembers():
            kind = "folder" if it.isdir() else "file" if it.isreg() else "odd"
            yield it.name, kind, lambda it=it: opened.extractfile(it)


def open_archive(archive):
    """Open it; of a ``.tar.gz`` the whole stream is decompressed, so its checksum is compared."""
    if archive.suffix == ".zip":
        return zipfile.ZipFile(archive)
    return tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive.read_bytes())))


def unpack(archive, folder):
    """See README."""
    if os.path.lexists(folder):
        raise FileExistsError(folder)
    part = folder.with_name(f".{folder.name}.part")
    with open_archive(archive) as opened:
        everything = list(members(opened))
        names = [os.path.normpath(name) for name, _, _ in everything]
        if len(set(names)) < len(names) or any(kind == "odd" for _, kind, _ in everything):
            raise UnsafeArchive(archive)
        if any(name.startswith(("/", "../")) or name == ".." for name in names):
            raise UnsafeArchive(archive)
        try:
            part.mkdir()
            for name, (_, kind, reader) in zip(names, everything, strict=True):
                place = part / name
                if kind == "folder":
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with reader() as source, place.open("xb") as target:
                    shutil.copyfileobj(source, target)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
