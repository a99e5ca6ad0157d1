"""The suite of "All or nothing: context managers": real files, real databases, and trouble on order.

``os.fsync`` and ``os.replace`` are replaced by functions that write down each call. A real ``os.fsync`` is
not made, and SQLite is told to make none either, so that no case waits for the disk.
"""

import contextlib
import errno
import os
import resource
import sqlite3

import pytest
from context_managers import AtomicFile, Transaction
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

REAL_REPLACE = os.replace

MEBIBYTE = 1024 * 1024


class Unusual(BaseException):
    """An exception that is no ``Exception``."""


EXCEPTIONS = [ValueError, OSError, KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration, Unusual]


class Disk:
    """What was asked of the disk, and what it answers."""

    def __init__(self):
        self.events = []
        self.trouble = {}

    def fsync(self, file):
        if "fsync" in self.trouble:
            raise self.trouble["fsync"]
        state = os.fstat(file if type(file) is int else file.fileno())
        self.events.append(("fsync", state.st_dev, state.st_ino, state.st_size))

    def replace(self, source, target, *, src_dir_fd=None, dst_dir_fd=None):
        if "replace" in self.trouble:
            raise self.trouble["replace"]
        state = os.stat(source, dir_fd=src_dir_fd)
        REAL_REPLACE(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self.events.append(("replace", state.st_dev, state.st_ino, state.st_size))


@pytest.fixture(autouse=True)
def disk(monkeypatch):
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    monkeypatch.setattr(os, "replace", disk.replace)
    umask = os.umask(0o022)
    yield disk
    os.umask(umask)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def notes(folder):
    """A file with old content."""
    path = folder / "notes.txt"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def connect(tmp_path):
    """Opens connections to one database with a table of numbers."""
    with contextlib.ExitStack() as opened:

        def connect(**options):
            connection = sqlite3.connect(tmp_path / "numbers.db", timeout=0, **options)
            opened.callback(connection.close)
            connection.execute("PRAGMA synchronous = OFF")
            return connection

        connect(isolation_level=None).execute("CREATE TABLE numbers (n INTEGER UNIQUE)")
        yield connect


@pytest.fixture(params=["", None], ids=["default", "isolation_level=None"])
def connection(connect, request):
    return connect(isolation_level=request.param)


def put(check, file, content):
    """Write to what a block was given."""
    writes = callable(getattr(file, "write", None))
    check.that(writes, "AtomicFile(path).__enter__()", "a file that is open for writing", file)
    file.write(content)


def leave_by(error, manager, action=lambda given: None):
    """Raise ``error`` at the end of a block of ``manager`` and return what comes out of the block."""
    try:
        with manager as given:
            action(given)
            raise error
    except AssertionError:  # a check in the action
        raise
    except BaseException as caught:
        return caught
    return "no exception"


def caught_from(action):
    """Run ``action`` and return the exception that it raises."""
    try:
        action()
    except AssertionError:
        raise
    except BaseException as caught:
        return caught
    return "no exception"


def content(path):
    return path.read_bytes() if path.is_file() else "no such file"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def bits(path):
    return oct(path.stat().st_mode & 0o777)


def descriptors():
    """Return the numbers of the open files of this process."""
    found = set()
    for number in range(256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            found.add(number)
    return found


def fill_the_disk(file, piece, stack):
    """Write ``piece`` far behind the end; until ``stack`` unwinds, no file may grow that far.

    So the piece waits in the buffer and can never be written out, while there is room for all other files.
    """
    file.seek(2 * MEBIBYTE)
    file.write(piece)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    stack.callback(resource.setrlimit, resource.RLIMIT_FSIZE, (soft, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEBIBYTE, hard))


def numbers(connection):
    """Return what a connection sees in the table."""
    return [n for (n,) in connection.execute("SELECT n FROM numbers ORDER BY n")]


def insert(connection, *values):
    connection.executemany("INSERT INTO numbers VALUES (?)", [(value,) for value in values])


def in_transaction(connection):
    """Return whether a connection is in a transaction, or that it is closed."""
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError as error:
        return f"ProgrammingError: {error}"


def rows(connection, query):
    """Return the rows of a query, or that the connection is closed."""
    try:
        return connection.execute(query).fetchall()
    except sqlite3.ProgrammingError as error:
        return f"ProgrammingError: {error}"


def closed_or_numbers(connection):
    """Return what a connection sees in the table, or that it is closed."""
    try:
        return numbers(connection)
    except sqlite3.ProgrammingError as error:
        return f"ProgrammingError: {error}"


# 1. A file, whole or not at all


@pytest.mark.task(1)
@pytest.mark.parametrize("before", [None, b"much longer than what comes now"], ids=["new file", "old file"])
def test_the_file_holds_what_was_written(check, folder, before):
    """After the block the file holds what was written, and nothing else."""
    path = folder / "diary.txt"
    if before is not None:
        path.write_bytes(before)
    with AtomicFile(path) as file:
        put(check, file, "first line\n")
        put(check, file, "zwölf €\n")
    call = "the content of path after a block of AtomicFile(path)"
    check.equal("first line\nzwölf €\n".encode(), content(path), call)


@pytest.mark.task(1)
def test_a_path_may_be_a_string(check, folder, monkeypatch):
    """The path may be a string, and may be relative."""
    monkeypatch.chdir(folder)
    with AtomicFile("plain.txt", "wb") as file:
        put(check, file, b"bytes")
    call = 'with AtomicFile("plain.txt", "wb") as file: file.write(b"bytes")'
    check.equal(b"bytes", content(folder / "plain.txt"), f"the content after {call}")


@pytest.mark.task(1)
def test_readers_find_the_old_file_until_the_end(check, notes):
    """Until the block has ended, a reader finds the old content, even after a flush."""
    with AtomicFile(notes) as file:
        put(check, file, "new content")
        file.flush()
        check.equal(b"old", content(notes), "path.read_bytes() inside the block, after write and flush")
    check.equal(b"new content", content(notes), "path.read_bytes() after the block")


@pytest.mark.task(1)
def test_no_file_appears_before_the_end(check, folder):
    """If there was no file, there is none until the block has ended."""
    path = folder / "fresh.txt"
    with AtomicFile(path) as file:
        put(check, file, "new")
        file.flush()
        check.equal(False, path.exists(), "path.exists() inside the block, after write and flush")
    check.equal(b"new", content(path), "path.read_bytes() after the block")


@pytest.mark.task(1)
def test_who_has_the_old_file_open_keeps_it(check, notes):
    """Whoever opened the old file before goes on reading the old content."""
    with notes.open("rb") as reader:
        with AtomicFile(notes) as file:
            put(check, file, "new")
        check.equal(b"old", reader.read(), "reader.read() after the block; reader was opened before it")


@pytest.mark.task(1)
def test_the_new_content_waits_in_the_same_folder(check, notes, folder):
    """What the block writes goes into a new file in the folder of the path."""
    with AtomicFile(notes) as file:
        put(check, file, "new")
        file.flush()
        during = names(folder)
    call = "the names in the folder of notes.txt inside the block"
    check.that(len(during) > 1, call, "notes.txt and the unfinished file", during)
    check.equal(["notes.txt"], names(folder), "the names in the folder after the block")


@pytest.mark.task(1)
def test_neighbours_stay_as_they_are(check, notes, folder):
    """Files with similar names stay as they are."""
    endings = ["tmp", "temp", "part", "new", "bak", "swp", "lock", "partial"]
    similar = [f"{stem}.{ending}" for stem in ("notes", "notes.txt", ".notes.txt") for ending in endings]
    similar += ["notes.txt~", ".notes.txt", "notes", "tmp", "temp"]
    for name in similar:
        (folder / name).write_text(f"this is {name}")
    with AtomicFile(notes) as file:
        put(check, file, "new")
    leave_by(ValueError(), AtomicFile(notes), lambda file: put(check, file, "newer"))
    changed = [name for name in similar if content(folder / name) != f"this is {name}".encode()]
    check.equal([], changed, "the other files of the folder that have changed or gone, after two blocks")
    check.equal(b"new", content(notes), "the content of notes.txt")


@pytest.mark.task(1)
def test_two_blocks_for_one_path(check, notes, folder):
    """Two open blocks for one path do not disturb each other; the one that ends last wins."""

    def write_both():
        with AtomicFile(notes) as late:
            put(check, late, "late, ")
            with AtomicFile(notes) as early:
                put(check, early, "early")
            check.equal(b"early", content(notes), "the content when the inner of two blocks has ended")
            put(check, late, "but whole")

    check.equal("no exception", caught_from(write_both), "what comes out of two blocks for one path")
    check.equal(b"late, but whole", content(notes), "the content when both blocks have ended")
    check.equal(["notes.txt"], names(folder), "the names in the folder")


@pytest.mark.task(1)
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_the_block_may_close_the_file(check, notes, mode):
    """If the block closes the file itself, what it had written is the content."""
    with AtomicFile(notes, mode) as file:
        put(check, file, "enough" if mode == "w" else b"enough")
        file.close()
        check.equal(b"old", content(notes), "the content inside the block, after file.close()")
    check.equal(b"enough", content(notes), "the content after a block that closed the file itself")


@pytest.mark.task(1)
@settings(max_examples=25)
@given(pieces=st.lists(st.binary(max_size=40), max_size=6), fails=st.booleans())
def test_any_pieces(check, tmp_path_factory, pieces, fails):
    """Whatever is written, the file holds all of it after a good block and none of it after a bad one."""
    path = tmp_path_factory.getbasetemp() / "pieces.bin"
    path.write_bytes(b"old")

    def write(file):
        for piece in pieces:
            put(check, file, piece)

    if fails:
        leave_by(ValueError(), AtomicFile(path, "wb"), write)
    else:
        with AtomicFile(path, "wb") as file:
            write(file)
    how = "raised an exception after writing" if fails else "wrote"
    expected = b"old" if fails else b"".join(pieces)
    check.equal(expected, content(path), f"the content after a block that {how} {pieces!r}")


# 2. Nothing left behind


@pytest.mark.task(2)
def test_an_exception_leaves_the_old_file(check, notes, folder):
    """Any exception, KeyboardInterrupt included, leaves the old file, nothing else, and gets through."""

    def write(file):
        put(check, file, "half of the n")
        file.flush()

    for kind in EXCEPTIONS:
        error = kind("stop")
        caught = leave_by(error, AtomicFile(notes), write)
        call = f"with AtomicFile(path) as file: file.write(…); raise {kind.__name__}"
        check.identical(error, caught, f"what comes out of: {call}")
        check.equal(b"old", content(notes), f"the content of path after: {call}")
        check.equal(["notes.txt"], names(folder), f"the names in the folder after: {call}")


@pytest.mark.task(2)
def test_an_exception_leaves_no_new_file(check, folder):
    """If there was no file, an exception in the block leaves none."""
    leave_by(ValueError(), AtomicFile(folder / "fresh.txt"), lambda file: put(check, file, "half"))
    check.equal([], names(folder), "the names in the folder after a block that raised ValueError")


@pytest.mark.task(2)
def test_a_closed_generator_leaves_the_old_file(check, notes, folder):
    """A generator that is closed in the middle of its block leaves the old file and nothing else."""

    def write_slowly():
        with AtomicFile(notes) as file:
            put(check, file, "first")
            yield
            put(check, file, "second")

    writing = write_slowly()
    next(writing)
    writing.close()
    check.equal(b"old", content(notes), "the content after the generator around the block was closed")
    check.equal(["notes.txt"], names(folder), "the names in the folder after that")


@pytest.mark.task(2)
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_failing_end_leaves_the_old_file(check, notes, folder, disk, function, kind):
    """When os.fsync or os.replace raises, the old file stays, nothing else, and the exception arrives."""
    error = disk.trouble[function] = kind(errno.EIO, "no luck")

    def save():
        with AtomicFile(notes) as file:
            put(check, file, "new")

    call = f"a block of AtomicFile(path) where os.{function} raises {kind.__name__}"
    check.identical(error, caught_from(save), f"what comes out of {call}")
    check.equal(b"old", content(notes), f"the content of path after {call}")
    check.equal(["notes.txt"], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(2)
def test_a_folder_in_the_way(check, folder):
    """If the path is a folder, OSError reaches the caller and nothing remains."""
    (folder / "box").mkdir()

    def save():
        with AtomicFile(folder / "box") as file:
            put(check, file, "new")

    check.raises(OSError, save, "a block of AtomicFile(path) where path is a folder")
    check.equal(["box"], names(folder), "the names in the folder after that")
    check.equal([], names(folder / "box"), "the names in that folder after that")


@pytest.mark.task(2)
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_full_disk_at_the_end(check, notes, folder, mode):
    """When the disk is full at the end of a good block, OSError arrives and the old file stays."""
    piece = "new" if mode == "w" else b"new"

    def save():
        with contextlib.ExitStack() as stack, AtomicFile(notes, mode) as file:
            put(check, file, piece)
            fill_the_disk(file, piece, stack)

    call = "a block of AtomicFile(path) when the disk is full at its end"
    check.raises(OSError, save, call)
    check.equal(b"old", content(notes), f"the content of path after {call}")
    check.equal(["notes.txt"], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(2)
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_full_disk_after_an_exception(check, notes, folder, mode):
    """An exception of the block reaches the caller also when closing the unfinished file fails."""
    error = KeyError("of the block")
    piece = "new" if mode == "w" else b"new"
    with contextlib.ExitStack() as stack:

        def write(file):
            put(check, file, piece)
            fill_the_disk(file, piece, stack)

        caught = leave_by(error, AtomicFile(notes, mode), write)
    call = "a block of AtomicFile(path) that raised KeyError while the disk was full"
    check.identical(error, caught, f"what comes out of {call}")
    check.equal(b"old", content(notes), f"the content of path after {call}")
    check.equal(["notes.txt"], names(folder), f"the names in the folder after {call}")


@pytest.mark.task(2)
def test_entering_fails(check, notes, folder):
    """When entering the block fails, the exception arrives and nothing remains."""

    def unknown():
        with AtomicFile(notes, encoding="klingon") as file:
            put(check, file, "nuqneH")

    before = descriptors()
    check.raises(LookupError, unknown, 'with AtomicFile(path, encoding="klingon"): …')
    check.equal(b"old", content(notes), "the content of path after that")
    check.equal(["notes.txt"], names(folder), "the names in the folder after that")
    check.equal(set(), descriptors() - before, "the file descriptors that stayed open after that")

    atomic = AtomicFile(folder / "missing" / "notes.txt")

    def save():
        with atomic as file:
            put(check, file, "new")

    check.raises(FileNotFoundError, save, 'with AtomicFile(folder / "missing" / "notes.txt"): …')
    check.equal(["notes.txt"], names(folder), "the names in the folder after that")
    (folder / "missing").mkdir()
    save()
    call = "the content after a second block of the same object, when the folder was there"
    check.equal(b"new", content(folder / "missing" / "notes.txt"), call)


@pytest.mark.task(2)
@pytest.mark.parametrize("how", ["a good block", "a block that raised"])
def test_nothing_stays_open(check, notes, how):
    """After the block, good or bad, the file is closed and no other is open."""
    before = descriptors()
    files = []

    def write(file):
        put(check, file, "new")
        files.append(file)

    if how == "a good block":
        with AtomicFile(notes) as file:
            write(file)
    else:
        leave_by(ValueError(), AtomicFile(notes), write)
    closed = getattr(files[0], "closed", "there is no file.closed") if files else "there was no block"
    check.equal(True, closed, f"file.closed after {how}")
    check.equal(set(), descriptors() - before, f"the file descriptors that stayed open after {how}")


@pytest.mark.task(2)
def test_one_object_again(check, notes, folder):
    """An AtomicFile can be used again after its end; entering it while it is open raises RuntimeError."""
    atomic = AtomicFile(notes)
    with atomic as file:
        put(check, file, "one, ")
        inside = names(folder)
        check.raises(RuntimeError, atomic.__enter__, "entering an AtomicFile inside its own block")
        check.equal(inside, names(folder), "the names in the folder after that")
        put(check, file, "two")
    check.equal(b"one, two", content(notes), "the content after the block")
    leave_by(ValueError(), atomic, lambda file: put(check, file, "three"))
    check.equal(b"one, two", content(notes), "the content after a second block, which raised")
    with atomic as file:
        put(check, file, "four")
    check.equal(b"four", content(notes), "the content after a third block of the same object")
    check.equal(["notes.txt"], names(folder), "the names in the folder after three blocks")


# 3. Durable and discreet


@pytest.mark.task(3)
@pytest.mark.parametrize("closes", [False, True], ids=["open at the end", "closed by the block"])
@pytest.mark.parametrize("size", [5, 300_001])
def test_the_content_is_synced_before_it_replaces(check, notes, disk, size, closes):
    """The whole content of the new file is synced with os.fsync, and then os.replace is called."""
    with AtomicFile(notes) as file:
        put(check, file, "x" * size)
        if closes:
            file.close()
    call = f"os.replace in a block of AtomicFile(path) that writes {size} bytes"
    moves = [place for place, event in enumerate(disk.events) if event[0] == "replace"]
    check.equal(1, len(moves), f"the number of calls of {call}")
    _, *moved, _ = disk.events[moves[0]]
    synced = [size for name, *which, size in disk.events[: moves[0]] if name == "fsync" and which == moved]
    call = f"how much of the new file was in the hands of the system at the last os.fsync before {call}"
    check.equal(size, synced[-1] if synced else "os.fsync was not called for that file before", call)
    state = notes.stat()
    check.equal([state.st_dev, state.st_ino], moved, "the device and inode that os.replace moved to path")


@pytest.mark.task(3)
def test_permission_bits_are_kept(check, notes):
    """A file that replaces another has its permission bits."""
    for old in (0o640, 0o604, 0o755, 0o444, 0o666, 0o200):
        notes.chmod(old)
        with AtomicFile(notes) as file:
            put(check, file, "new")
        check.equal(oct(old), bits(notes), f"the permission bits of the new file (the old one had {old:#o})")


@pytest.mark.task(3)
def test_a_new_file_obeys_the_umask(check, folder):
    """A file that replaces none has the permission bits of a file that open() makes."""
    for umask, expected in [(0o022, "0o644"), (0o027, "0o640"), (0o000, "0o666")]:
        path = folder / f"fresh_{umask}.txt"
        os.umask(umask)
        with AtomicFile(path) as file:
            put(check, file, "new")
        check.equal(b"new", content(path), "the content after the block")
        check.equal(expected, bits(path), f"the permission bits of a new file with a umask of {umask:#o}")
        check.equal(oct(umask), oct(os.umask(umask)), "the umask after the block")


@pytest.mark.task(3)
def test_the_unfinished_file_is_discreet(check, notes, folder):
    """The unfinished file gives nobody more permissions than the file that it replaces."""
    os.umask(0)
    notes.chmod(old := 0o640)
    with AtomicFile(notes) as file:
        put(check, file, "secret")
        file.flush()
        others = [path for path in folder.iterdir() if path.name != "notes.txt" and path.is_file()]
        more = [bits(path) for path in others if path.stat().st_mode & 0o777 & ~old]
    call = f"the bits of unfinished files that give more than {old:#o}, the bits of the old file"
    check.equal([], more, call)
    check.equal(b"secret", content(notes), "the content after the block")


@pytest.mark.task(3)
@pytest.mark.parametrize("dangling", [False, True], ids=["to a file", "to nothing yet"])
def test_a_link_stays_a_link(check, tmp_path, folder, dangling):
    """A symbolic link stays, and the file that it points to is written, in that file's folder."""
    cellar = tmp_path / "cellar"
    cellar.mkdir()
    real = cellar / "real.txt"
    if not dangling:
        real.write_text("old")
        real.chmod(0o640)
    (folder / "second.txt").symlink_to("../cellar/real.txt")
    link = folder / "first.txt"
    link.symlink_to("second.txt")
    with AtomicFile(link) as file:
        put(check, file, "new")
        file.flush()
        check.equal(
            ["first.txt", "second.txt"], names(folder), "the names in the folder of the link meanwhile"
        )
    check.equal(b"new", content(real), "the content of the file that the link points to")
    check.equal([True, True], [path.is_symlink() for path in folder.iterdir()], "are the links still links?")
    check.equal("0o644" if dangling else "0o640", bits(real), "the permission bits of that file")


@pytest.mark.task(3)
def test_encoding_and_newline(check, notes):
    """Encoding and newline mean what they mean for open()."""
    with AtomicFile(notes, encoding="utf-16-le", newline="\r\n") as file:
        put(check, file, "ä\n")
    call = 'file.write("ä\\n") with AtomicFile(path, encoding="utf-16-le", newline="\\r\\n")'
    check.equal("ä\r\n".encode("utf-16-le"), content(notes), f"the content after {call}")
    with AtomicFile(notes, newline="") as file:
        put(check, file, "€\n\r")
    call = 'file.write("€\\n\\r") with AtomicFile(path, newline="")'
    check.equal("€\n\r".encode(), content(notes), f"the content after {call}")
    with AtomicFile(notes, "wb", encoding="utf-16-le", newline="\r\n") as file:
        put(check, file, b"\n\x00\xff")
    call = 'file.write(b"\\n\\x00\\xff") with AtomicFile(path, "wb", encoding="utf-16-le", newline="\\r\\n")'
    check.equal(b"\n\x00\xff", content(notes), f"the content after {call}")


@pytest.mark.task(3)
def test_other_modes_are_refused(check, notes, folder):
    """Any other mode raises ValueError when the object is made."""
    for mode in ("r", "a", "x", "w+", "r+b", "bw", ""):
        check.raises(ValueError, lambda mode=mode: AtomicFile(notes, mode), f"AtomicFile(path, {mode!r})")
    check.equal(["notes.txt"], names(folder), "the names in the folder after that")


# 4. Transactions


@pytest.mark.task(4)
def test_a_good_block_is_committed(check, connect, connection):
    """When the block ends well, what it did is committed, and not before."""
    with Transaction(connection) as given:
        check.identical(connection, given, "Transaction(connection).__enter__()")
        insert(connection, 1, 2)
        check.equal([], numbers(connect()), "what another connection sees before the end of the block")
    check.equal([1, 2], numbers(connect()), "what another connection sees after the block")
    check.equal(False, in_transaction(connection), "connection.in_transaction after the block")


@pytest.mark.task(4)
def test_a_bad_block_is_rolled_back(check, connect, connection):
    """When any exception leaves the block, what it did is rolled back, and the exception arrives."""
    insert(connection, 1)
    connection.commit()
    other = connect()
    for kind in EXCEPTIONS:
        error = kind("stop")
        caught = leave_by(error, Transaction(connection), lambda _: insert(connection, 2, 3))
        call = f"a block of Transaction(connection) that inserts 2 and 3 and raises {kind.__name__}"
        check.identical(error, caught, f"what comes out of {call}")
        check.equal([1], numbers(other), f"what another connection sees after {call}")
        check.equal([1], closed_or_numbers(connection), f"what the connection itself sees after {call}")
        check.equal(False, in_transaction(connection), f"connection.in_transaction after {call}")


@pytest.mark.task(4)
def test_the_connection_stays_the_callers(check, connection):
    """After good and bad blocks the connection is open and its isolation_level is what it was."""
    level = connection.isolation_level
    transaction = Transaction(connection)
    with transaction:
        insert(connection, 1)
    check.equal([1], closed_or_numbers(connection), "what the connection sees after a good block")
    leave_by(ValueError(), transaction, lambda _: insert(connection, 2))
    check.equal([1], closed_or_numbers(connection), "what the connection sees after a block that raised")
    check.equal(level, connection.isolation_level, "connection.isolation_level after the blocks")
    with transaction:
        insert(connection, 3)
    check.equal([1, 3], closed_or_numbers(connection), "what it sees after a third block of the same object")


@pytest.mark.task(4)
def test_tables_are_rolled_back_too(check, connection):
    """A table that was made in a block is rolled back with it, and committed with it."""
    make = "CREATE TABLE words (word TEXT)"
    leave_by(ValueError(), Transaction(connection), lambda _: connection.execute(make))
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    found = rows(connection, tables)
    check.equal([("numbers",)], found, "the tables after a block that made one and raised")
    with Transaction(connection):
        connection.execute(make)
        connection.execute("INSERT INTO words VALUES ('yes')")
    found = rows(connection, tables)
    check.equal([("numbers",), ("words",)], found, "the tables after a block that made one and ended well")


@pytest.mark.task(4)
def test_a_failing_commit_is_rolled_back(check, connect, connection):
    """When the commit fails, everything is rolled back and the exception of the commit arrives."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("CREATE TABLE notes (n INTEGER REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED)")
    connection.commit()

    def save():
        with Transaction(connection):
            insert(connection, 1)
            connection.execute("INSERT INTO notes VALUES (99)")

    call = "a block of Transaction(connection) that ends well and whose commit fails (foreign key)"
    check.raises(sqlite3.IntegrityError, save, call)
    check.equal(False, in_transaction(connection), f"connection.in_transaction after {call}")
    check.equal([], closed_or_numbers(connection), f"what the connection sees after {call}")
    with Transaction(connection):
        insert(connection, 2)
    check.equal([2], numbers(connect()), "what another connection sees after the next block")


@pytest.mark.task(4)
def test_sqlite_may_end_the_transaction_itself(check, connect):
    """When SQLite has ended the transaction by itself, the exception of the block still arrives."""
    connection = connect()
    insert(connection, 1)
    connection.commit()

    def save():
        with Transaction(connection):
            insert(connection, 2)
            connection.execute("INSERT OR ROLLBACK INTO numbers VALUES (1)")

    call = "a block of Transaction(connection) in which INSERT OR ROLLBACK fails"
    check.raises(sqlite3.IntegrityError, save, call)
    check.equal([1], closed_or_numbers(connection), f"what the connection sees after {call}")
    with Transaction(connection):
        insert(connection, 3)
    check.equal([1, 3], closed_or_numbers(connection), "what the connection sees after the next block")


# 5. Nested transactions


@pytest.mark.task(5)
def test_the_inner_block_alone_is_undone(check, connect, connection):
    """When the inner block raises, what it did is undone, and the outer one can still commit."""
    with Transaction(connection):
        insert(connection, 1)
        error = ValueError("inner")
        caught = leave_by(error, Transaction(connection), lambda _: insert(connection, 2))
        check.identical(error, caught, "what comes out of an inner block that raises")
        check.equal([1], closed_or_numbers(connection), "what the outer block sees after that")
        check.equal(True, in_transaction(connection), "connection.in_transaction in the outer block then")
        insert(connection, 3)
    check.equal([1, 3], numbers(connect()), "what another connection sees after the outer block")
    check.equal(False, in_transaction(connection), "connection.in_transaction after the outer block")


@pytest.mark.task(5)
def test_the_inner_block_commits_nothing(check, connect, connection):
    """When the inner block ends well, nothing is committed before the outer one has ended well."""
    with Transaction(connection):
        with Transaction(connection) as given:
            check.identical(connection, given, "Transaction(connection).__enter__() of an inner block")
            insert(connection, 1)
        check.equal([], numbers(connect()), "what another connection sees after the inner block")
        check.equal(True, in_transaction(connection), "connection.in_transaction after the inner block")
        insert(connection, 2)
    check.equal([1, 2], numbers(connect()), "what another connection sees after the outer block")


@pytest.mark.task(5)
def test_the_outer_block_undoes_the_inner_one(check, connect, connection):
    """When the outer block is rolled back, so is what a good inner block did."""

    def inner_first(_):
        with Transaction(connection):
            insert(connection, 1)
        insert(connection, 2)

    leave_by(ValueError(), Transaction(connection), inner_first)
    call = "an outer block that raises after a good inner one"
    check.equal([], numbers(connect()), f"what another connection sees after {call}")
    check.equal([], closed_or_numbers(connection), f"what the connection sees after {call}")
    check.equal(False, in_transaction(connection), f"connection.in_transaction after {call}")


@pytest.mark.task(5)
def test_one_object_inside_itself(check, connect, connection):
    """A Transaction may be entered again inside its own block, and used again after its end."""
    transaction = Transaction(connection)
    call = "three blocks of one Transaction in each other, the innermost of which raised"

    def nest(start):
        with transaction:
            insert(connection, start + 1)
            with transaction:
                insert(connection, start + 2)
                leave_by(ValueError(), transaction, lambda _: insert(connection, start + 3))
            insert(connection, start + 4)
            check.equal(True, in_transaction(connection), "connection.in_transaction in the outermost block")

    for start in (0, 10):
        check.equal("no exception", caught_from(lambda start=start: nest(start)), f"what comes out of {call}")
        check.equal(False, in_transaction(connection), f"connection.in_transaction after {call}")
    check.equal([1, 2, 4, 11, 12, 14], numbers(connect()), f"what another connection sees after twice {call}")


@pytest.mark.task(5)
def test_the_middle_block_is_undone_as_a_whole(check, connect, connection):
    """A block that raises after a bad block inside it is undone from its own beginning."""

    def middle(_):
        insert(connection, 2)
        leave_by(ValueError(), Transaction(connection), lambda _: insert(connection, 3))
        insert(connection, 4)

    with Transaction(connection):
        insert(connection, 1)
        leave_by(ValueError(), Transaction(connection), middle)
        check.equal(
            [1], closed_or_numbers(connection), "what the outer block sees after the middle one raised"
        )
    check.equal([1], numbers(connect()), "what another connection sees after the outer block")


@pytest.mark.task(5)
def test_the_callers_own_transaction(check, connect):
    """A transaction that the caller began is neither committed nor rolled back by blocks inside it."""
    connection = connect()
    insert(connection, 1)  # sqlite3 begins a transaction
    with Transaction(connection):
        insert(connection, 2)
    check.equal(
        [], numbers(connect()), "what another connection sees after a block in the caller's transaction"
    )
    leave_by(ValueError(), Transaction(connection), lambda _: insert(connection, 3))
    check.equal([1, 2], closed_or_numbers(connection), "what the caller sees after a block that raised")
    check.equal(True, in_transaction(connection), "connection.in_transaction after that")
    connection.rollback()
    check.equal([], numbers(connection), "what the caller sees after its own rollback")
    connection.execute("BEGIN")
    with Transaction(connection):
        connection.execute("SAVEPOINT mine")
        insert(connection, 4)
        connection.execute("RELEASE mine")
    connection.commit()
    check.equal([4], numbers(connect()), "what another connection sees after BEGIN, a block, and commit()")


@pytest.mark.task(5)
def test_sqlite_may_end_nested_transactions_itself(check, connect):
    """When SQLite has ended everything by itself, the exception still passes through all blocks."""
    connection = connect()
    insert(connection, 1)
    connection.commit()

    def save():
        with Transaction(connection), Transaction(connection):
            insert(connection, 2)
            connection.execute("INSERT OR ROLLBACK INTO numbers VALUES (1)")

    call = "two nested blocks in the inner of which INSERT OR ROLLBACK fails"
    check.raises(sqlite3.IntegrityError, save, call)
    check.equal([1], closed_or_numbers(connection), f"what the connection sees after {call}")


blocks = st.recursive(
    st.just("insert"),
    lambda inner: st.tuples(st.booleans(), st.booleans(), st.lists(inner, max_size=4)),
    max_leaves=8,
)


@pytest.mark.task(5)
@settings(max_examples=40)
@given(plan=st.tuples(st.booleans(), st.booleans(), st.lists(blocks, max_size=4)))
def test_any_nesting(check, tmp_path_factory, plan):
    """However blocks are nested, what remains is what no failed block around it undid."""
    path = tmp_path_factory.getbasetemp() / "nesting.db"
    fresh = iter(range(1000))

    def run(connection, shared, step):
        """Do one step and return the numbers that it should leave in the table."""
        if step == "insert":
            number = next(fresh)
            insert(connection, number)
            return [number]
        again, fails, steps = step
        kept = []

        def inside(_):
            for inner in steps:
                kept.extend(run(connection, shared, inner))

        transaction = shared if again else Transaction(connection)
        if fails:
            leave_by(KeyError("planned"), transaction, inside)
            return []
        with transaction:
            inside(None)
        return kept

    with contextlib.closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.executescript(
            "PRAGMA synchronous = OFF; DROP TABLE IF EXISTS numbers; CREATE TABLE numbers (n INTEGER UNIQUE)"
        )
        expected = run(connection, Transaction(connection), plan)
        with contextlib.closing(sqlite3.connect(path, timeout=0)) as other:
            told = "blocks nested as (one shared object?, raises?, steps): "
            check.equal(expected, numbers(other), f"what another connection sees after {told}{plan!r}")
