"""The suite of "Tidy up a folder, and back": files are made and looked at here, the hand-in works elsewhere.

``driver.py`` makes the calls, in processes of their own. There it sees each operation on the files before it
happens, and can let the n-th one fail or end the process, or make two folders look like two file systems.
"""

import json
import os
import selectors
import stat
import subprocess
import sys
import tarfile
import unicodedata
import warnings
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

PATIENCE = 10
"""Seconds of silence after which the hand-in is given up; a call takes milliseconds."""
MOST = 50
"""Operations of one call at which it is made to fail."""


class Answer:
    """What came back of a call: a value, an exception, or neither because the process was ended."""

    def __init__(self, call, reply, status):
        self.call = call
        self.ended = not reply
        self.value = reply.get("value")
        self.raised = reply.get("raised", [])
        self.told = reply.get("told") or (
            f"the process ended with {status}" if self.ended else repr(self.value)
        )
        self.operations = reply.get("all", 0)
        self.changes = reply.get("changes", [])
        self.opened = reply.get("opened", [])


class HandIn:
    """The process with the hand-in."""

    def __init__(self, driver, folder):
        environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(driver), str(folder)],
            cwd="/",
            env=environment | {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.arrived = b""
        self.trouble = ""
        reply = self.reply()
        if reply.get("ready") is not True:
            self.trouble = reply.get("ready") or "it ended, or said nothing, while it was imported"

    def reply(self):
        """Return the next line; nothing if the process ends or stays silent."""
        while b"\n" not in self.arrived:
            piece = os.read(self.process.stdout.fileno(), 65_536) if self.selector.select(PATIENCE) else b""
            if not piece:
                self.trouble = "it has ended, or does not answer"
                return {}
            self.arrived += piece
        line, _, self.arrived = self.arrived.partition(b"\n")
        return json.loads(line)

    def answers(self, *jobs):
        """Carry out jobs one after the other, in one process of their own; return as many answers."""
        if self.trouble:
            told = f"called:   import file_automation\nexpected: a module\ngot:      {self.trouble}"
            pytest.fail(told, pytrace=False)
        orders = [{name: it for name, it in job.items() if name != "told"} for job in jobs]
        self.process.stdin.write(json.dumps(orders).encode() + b"\n")
        self.process.stdin.flush()
        replies = []
        while "status" not in (reply := self.reply()) and reply:
            replies.append(reply)
        status = reply.get("status")
        replies += [{}] * (len(jobs) - len(replies))
        return [Answer(job["told"], reply, status) for job, reply in zip(jobs, replies, strict=True)]

    def end(self):
        """Stop the process."""
        self.process.kill()
        self.process.wait()
        self.selector.close()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def worker(request):
    chosen = request.config.getoption("hand_in")
    here = request.path.parent
    hand_in = HandIn(here / "driver.py", here if chosen is None else chosen.resolve())
    yield hand_in
    hand_in.end()


class Desk:
    """A place with an inbox, a library and room for journals, and the calls that are made there."""

    def __init__(self, worker, root, two_systems=False):
        self.worker = worker
        self.root = root
        self.inbox = root / "inbox"
        self.library = root / "library"
        self.journal = root / "journal"
        self.two_systems = two_systems
        self.inbox.mkdir(parents=True)

    def job(self, name, *arguments, after=(), fault=None, **options):
        """Describe a call of a function of the hand-in, after other calls if need be."""
        given = [it if isinstance(it, list | dict) else str(it) for it in arguments]
        shown = [
            Path(it).name if isinstance(it, str) else "steps" if isinstance(it, list) else str(it)
            for it in given
        ]
        call = f"{name}({', '.join(shown + [f'{key}={value}' for key, value in options.items()])})"
        return {
            "told": f"{call}{' across two file systems' if self.two_systems else ''}{story(fault)}",
            "calls": [*after, (name, given, options)],
            "fault": fault or {},
            "root": f"{self.root}/",
            "parts": [f"{self.inbox}/", f"{self.library}/"] if self.two_systems else [],
        }

    def ask(self, *words, **options):
        """Make one call in a process of its own."""
        return self.worker.answers(self.job(*words, **options))[0]

    def plan(self, **rules):
        """Call make_plan; the rules are given without the points."""
        return self.ask(
            "make_plan", self.inbox, self.library, {f".{key}": folder for key, folder in rules.items()}
        )

    def apply(self, steps, **options):
        return self.ask("apply_plan", steps, self.journal, **options)

    def undo(self, **options):
        return self.ask("undo", self.journal, **options)

    def steps(self, moves):
        """Return steps from the inbox into the library."""
        return [[str(self.inbox / one), str(self.library / other)] for one, other in moves.items()]

    def tree(self, exact=False):
        """Return what lies in the inbox and in the library."""
        return tree(self.inbox, exact) | tree(self.library, exact)


def story(fault):
    if not fault:
        return ""
    what = {"kill": "the process is ended", "error": "an OSError is raised"}[fault["kind"]]
    return (
        f", where {what} at operation {fault['at']}"
        if "at" in fault
        else f", where a file has room for {fault['room']} bytes"
    )


def fill(folder, files):
    """Write files; the content ``None`` makes a folder."""
    for name, content in files.items():
        path = folder / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


def tree(top, exact=False):
    """Return kind and content of each path in a folder, if exact also mode and time of the files."""
    found = {}
    waiting = [top] if os.path.lexists(top) else []
    while waiting:
        path = waiting.pop()
        name = path.relative_to(top.parent).as_posix()
        found[name] = entry(path, exact)
        if found[name] == "folder":
            waiting += sorted(path.iterdir())
    return found


def entry(path, exact=False):
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"link to {path.readlink()}"
    if not stat.S_ISREG(status.st_mode):
        return "folder" if stat.S_ISDIR(status.st_mode) else "neither file nor folder"
    data = path.read_bytes()
    more = f", mode {stat.S_IMODE(status.st_mode):o}, changed at {int(status.st_mtime)}" if exact else ""
    return (
        f"{data!r}{more}" if len(data) < 80 else f"{len(data)} bytes with checksum {zlib.crc32(data)}{more}"
    )


def returned(check, answer, expected):
    """Require that the call returns this, not more and not less."""
    check.that(not answer.raised and not answer.ended, answer.call, f"it returns {expected!r}", answer.told)
    check.equal(expected, answer.value, answer.call)


def raised(check, answer, kind):
    check.that(kind in answer.raised, answer.call, f"it raises {kind}", answer.told)


@pytest.fixture
def desk(worker, tmp_path):
    return Desk(worker, tmp_path / "desk")


# Task 1


@pytest.mark.task(1)
def test_each_file_goes_where_its_suffix_says(check, desk):
    """Each file, at any depth, gets a step into the folder of its suffix, in the order of the paths."""
    files = {
        "b.txt": "1",
        "a.JPG": "22",
        "c/d/e.jpg": "333",
        "c/f.tar.gz": "4444",
        "g": "55555",
        ".txt": "666666",
    }
    fill(
        desk.inbox,
        files | {"h.": "7777777", "empty/folder": None, "i.txt/j.Txt": "88888888", "ü ß.txt": "999999999"},
    )
    targets = {
        ".txt": "other/.txt",
        "a.JPG": "pictures/a.JPG",
        "b.txt": "texts/b.txt",
        "c/d/e.jpg": "pictures/e.jpg",
        "c/f.tar.gz": "packed/f.tar.gz",
        "g": "other/g",
        "h.": "other/h.",
        "i.txt/j.Txt": "texts/j.Txt",
        "ü ß.txt": "texts/ü ß.txt",
    }
    returned(check, desk.plan(jpg="pictures", txt="texts", gz="packed"), desk.steps(targets))


@pytest.mark.task(1)
def test_planning_changes_nothing(check, desk):
    """Planning changes nothing, neither in the inbox nor in the library."""
    fill(desk.inbox, {"a.txt": "1", "b.txt": "1", "c/a.txt": "22"})
    fill(desk.library, {"texts/a.txt": "333"})
    before = desk.tree(exact=True)
    answer = desk.plan(txt="texts")
    moves = {"a.txt": "texts/a (2).txt", "b.txt": "duplicates/b.txt", "c/a.txt": "texts/a (3).txt"}
    returned(check, answer, desk.steps(moves))
    check.equal([], answer.changes, f"operations of {answer.call} that change something")
    check.equal(before, desk.tree(exact=True), f"inbox and library after {answer.call}")


@pytest.mark.task(1)
def test_links_and_pipes_stay_where_they_are(check, desk):
    """Links are neither followed nor moved, to files, folders or nothing; nor are pipes moved or read."""
    fill(desk.root / "outside", {"secret.txt": "1", "folder/other.txt": "22"})
    fill(desk.inbox, {"a.txt": "333", "sub/b.txt": "4444"})
    for name, aim in {
        "c.txt": "a.txt",
        "d.txt": "../outside/secret.txt",
        "e": "../outside",
        "f.txt": "nowhere",
    }.items():
        (desk.inbox / name).symlink_to(aim)
    (desk.inbox / "sub/loop").symlink_to("..")
    os.mkfifo(desk.inbox / "pipe.txt")
    returned(check, desk.plan(txt="texts"), desk.steps({"a.txt": "texts/a.txt", "sub/b.txt": "texts/b.txt"}))


@pytest.mark.task(1)
def test_a_taken_name_gets_a_number(check, desk):
    """A name that a file, a folder or any link takes gets the smallest free number from 2 on."""
    names = ["a.txt", "b.txt", "c.txt", "d.tar.gz", "e", "f.txt"]
    fill(desk.inbox, {name: "x" * size for size, name in enumerate(names, 10)})
    fill(desk.inbox / "sub", {name: "x" * size for size, name in enumerate(names, 20)})
    library = {"texts/a.txt": "x", "texts/a (2).txt": "yy", "texts/a (4).txt": "zzz", "texts/b.txt": None}
    fill(desk.library, library)
    (desk.library / "texts/c.txt").symlink_to("nowhere")
    moves = {
        "a.txt": "texts/a (3).txt",
        "b.txt": "texts/b (2).txt",
        "c.txt": "texts/c (2).txt",
        "d.tar.gz": "other/d.tar.gz",
        "e": "other/e",
        "f.txt": "texts/f.txt",
        "sub/a.txt": "texts/a (5).txt",
        "sub/b.txt": "texts/b (3).txt",
        "sub/c.txt": "texts/c (3).txt",
        "sub/d.tar.gz": "other/d.tar (2).gz",
        "sub/e": "other/e (2)",
        "sub/f.txt": "texts/f (2).txt",
    }
    returned(check, desk.plan(txt="texts"), desk.steps(moves))


@pytest.mark.task(1)
def test_names_that_look_alike_collide(check, desk):
    """Names that differ in case or between NFC and NFD only count as the same name, and no others do."""
    one, other = (unicodedata.normalize(form, "Café.txt") for form in ("NFC", "NFD"))
    fill(desk.inbox, {f"1/{one}": "1", f"2/{other}": "22", "3/CAFÉ.txt": "333", "4/Straße.txt": "4444"})
    fill(
        desk.inbox, {"5/m2.txt": "666666", "6/m².txt": "7777777"}
    )  # equal in NFKC, and no file system does that
    fill(desk.library, {"texts/STRASSE.TXT": "55555"})
    moves = {f"1/{one}": f"texts/{one}", f"2/{other}": f"texts/{other[:-4]} (2).txt"}
    moves |= {"3/CAFÉ.txt": "texts/CAFÉ (3).txt", "4/Straße.txt": "texts/Straße (2).txt"}
    moves |= {"5/m2.txt": "texts/m2.txt", "6/m².txt": "texts/m².txt"}
    returned(check, desk.plan(txt="texts"), desk.steps(moves))


@pytest.mark.task(1)
def test_nothing_is_left_out_because_it_cannot_be_read(check, desk):
    """If a folder or a file cannot be read, make_plan raises the OSError: there is no plan with gaps."""
    fill(desk.inbox, {"a.txt": "1", "b/c.txt": "1", "b/d/e.txt": "22"})
    fill(desk.library, {"texts/a.txt": "1", "texts/f/g.txt": "22"})
    whole = desk.plan(txt="texts")
    check.that(bool(whole.value) and whole.operations > 0, whole.call, "three steps", whole.told)
    arguments = (desk.inbox, desk.library, {".txt": "texts"})
    faults = [{"at": at, "kind": "error"} for at in points(whole.operations)]
    for answer in desk.worker.answers(*(desk.job("make_plan", *arguments, fault=it) for it in faults)):
        complete = not answer.raised and answer.value == whole.value
        check.that("OSError" in answer.raised or complete, answer.call, "OSError", answer.told)


def points(operations):
    """Return at which operations to fail: at each, or evenly spread if somebody needs very many."""
    return sorted({1 + number * operations // MOST for number in range(MOST)})


# Task 2


@pytest.mark.task(2)
def test_equal_content_goes_to_the_duplicates(check, desk):
    """A file with the content of an earlier one goes to the duplicates, under a free name there."""
    fill(
        desk.inbox,
        {"a.txt": "same", "b.jpg": "same", "c.txt": "other!", "d/b.jpg": "same", "d/c.txt": "other!"},
    )
    fill(desk.library, {"duplicates/b.jpg": "something else"})
    moves = {"a.txt": "texts/a.txt", "b.jpg": "duplicates/b (2).jpg", "c.txt": "texts/c.txt"}
    moves |= {"d/b.jpg": "duplicates/b (3).jpg", "d/c.txt": "duplicates/c.txt"}
    returned(check, desk.plan(txt="texts"), desk.steps(moves))


@pytest.mark.task(2)
def test_equal_size_and_time_is_not_equal_content(check, desk):
    """Files of equal size and time are not duplicates if a byte differs, be it the last of many."""
    many = b"abcdefgh" * 40_000
    fill(desk.inbox, {"a.bin": many + b"1", "b.bin": many + b"2", "c.bin": b"3" + many, "d.bin": many + b"2"})
    for path in desk.inbox.iterdir():
        os.utime(path, (10**9, 10**9))
    moves = {
        "a.bin": "other/a.bin",
        "b.bin": "other/b.bin",
        "c.bin": "other/c.bin",
        "d.bin": "duplicates/d.bin",
    }
    returned(check, desk.plan(), desk.steps(moves))


@pytest.mark.task(2)
def test_content_that_the_library_has_is_a_duplicate(check, desk):
    """What the library has already, at any depth, is a duplicate; what lies behind a link does not count."""
    fill(
        desk.inbox,
        {"a.txt": "in the library", "b.txt": "behind a link", "c.txt": "in the folder behind a link"},
    )
    fill(desk.library, {"old/deep/x.doc": "in the library"})
    fill(desk.root / "outside", {"y.txt": "behind a link", "folder/z.txt": "in the folder behind a link"})
    (desk.library / "y.txt").symlink_to(desk.root / "outside/y.txt")
    (desk.library / "z").symlink_to(desk.root / "outside/folder")
    moves = {"a.txt": "duplicates/a.txt", "b.txt": "texts/b.txt", "c.txt": "texts/c.txt"}
    returned(check, desk.plan(txt="texts"), desk.steps(moves))


@pytest.mark.task(2)
def test_empty_files_are_equal(check, desk):
    """All empty files have the same content."""
    fill(desk.inbox, {"a.txt": "", "b.txt": "", "c.txt": "1"})
    moves = {"a.txt": "texts/a.txt", "b.txt": "duplicates/b.txt", "c.txt": "texts/c.txt"}
    returned(check, desk.plan(txt="texts"), desk.steps(moves))


@pytest.mark.task(2)
def test_only_equal_sizes_are_read_and_not_often(check, desk):
    """A file of a size that no other file has is not opened, and each of the others at most twice."""
    alike = {f"same/{number:02}.txt": f"{number:02}" for number in range(40)}
    alone = {f"alone/{number:02}.txt": "x" * (number + 3) for number in range(40)}
    fill(desk.inbox, alike | alone)
    fill(desk.library, {"texts/x.txt": "y" * 99, "texts/y.txt": "zz"})
    answer = desk.plan(txt="texts")
    check.equal(80, len(answer.value or ()), f"the number of steps of {answer.call}")
    needless = sorted(path for path in answer.opened if "/alone/" in path or path.endswith("x.txt"))
    check.equal([], needless, f"needlessly opened by {answer.call}")
    often = max(map(answer.opened.count, answer.opened), default=0)
    check.at_most(2, often, f"how often {answer.call} opens a file that has the size of others")


# Task 3

ODD = ["two words.txt", "naïve.txt", 'line\nend, tab\t, "quote" and \\.txt', "-rf", "大阪.txt"]


def odd_names(folder):
    """Return odd names, with one that is no text where the system has such names."""
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        (folder / name).touch()
    except OSError:
        return [*ODD, "cafe.txt"]
    return [*ODD, name]


@pytest.mark.task(3)
@pytest.mark.parametrize("two_systems", [False, True], ids=["one system", "two systems"])
def test_files_move_with_mode_and_time(check, desk, two_systems):
    """A file moves with content, mode and time, also if it is read-only, within and across file systems."""
    desk.two_systems = two_systems
    odd = odd_names(desk.inbox)
    fill(
        desk.inbox,
        {name: f"content of {name!r}" for name in odd}
        | {"sub/big.bin": b"0123456789" * 20_000, "stays.txt": "1"},
    )
    modes = zip([*odd, "sub/big.bin"], [0o444, 0o600, 0o755, 0o400, 0o644, 0o640, 0o440], strict=True)
    for number, (name, mode) in enumerate(modes):
        os.utime(desk.inbox / name, (10**9 + number, 10**9 + number))
        (desk.inbox / name).chmod(mode)
    moves = {name: f"deep/in the/library/{name}" for name in odd} | {"sub/big.bin": "big.bin"}
    expected = {f"library/{moves[name]}": entry(desk.inbox / name, exact=True) for name in moves}
    expected |= dict.fromkeys(
        ("library", "library/deep", "library/deep/in the", "library/deep/in the/library"), "folder"
    )
    expected |= {
        "inbox": "folder",
        "inbox/sub": "folder",
        "inbox/stays.txt": entry(desk.inbox / "stays.txt", exact=True),
    }
    answer = desk.apply(desk.steps(moves))
    returned(check, answer, [])
    check.equal(expected, desk.tree(exact=True), f"inbox and library after {answer.call}")


def stale(desk):
    """Prepare steps of which the world has changed since; return them and those that are still possible."""
    names = ["a", "b", "c", "d", "g", "h"]
    fill(desk.inbox, {f"{it}.txt": f"content of {it}" for it in names} | {"f.txt": None})
    fill(desk.library, {"b.txt": "somebody else's", "c.txt": None})
    (desk.library / "d.txt").symlink_to("nowhere")
    (desk.inbox / "i.txt").symlink_to("a.txt")
    moves = {f"{it}.txt": f"{it}.txt" for it in "abcdefgi"} | {"h.txt": "a.txt"}
    steps = desk.steps(moves)
    return steps, [step for step in steps if Path(step[0]).name not in ("a.txt", "g.txt")]


@pytest.mark.task(3)
def test_steps_that_are_not_possible_any_more_are_returned(check, desk):
    """A step whose target is taken or whose source is no file is returned; the others are carried out."""
    steps, refused = stale(desk)
    before = desk.tree()
    moved = {"library/a.txt": before.pop("inbox/a.txt"), "library/g.txt": before.pop("inbox/g.txt")}
    answer = desk.apply(steps)
    returned(check, answer, refused)
    check.equal(before | moved, desk.tree(), f"inbox and library after {answer.call}")


@pytest.mark.task(3)
def test_a_dry_run_tells_the_same_and_changes_nothing(check, desk):
    """A dry run returns what would be refused, and changes nothing: no file, no folder, no journal."""
    steps, refused = stale(desk)
    steps += desk.steps({"b.txt": "new/folder/b.txt"})
    before = desk.tree(exact=True)
    answer = desk.apply(steps, dry_run=True)
    returned(check, answer, refused)
    check.equal([], answer.changes, f"operations of {answer.call} that change something")
    check.equal(before, desk.tree(exact=True), f"inbox and library after {answer.call}")
    check.that(not desk.journal.exists(), answer.call, "no journal", "there is one")


@pytest.mark.task(3)
def test_a_journal_is_not_used_twice(check, desk):
    """A journal that is there already raises FileExistsError, stays as it is, and nothing moves."""
    fill(desk.inbox, {"a.txt": "1"})
    fill(desk.root, {"journal": "an old one\n"})
    before = tree(desk.root)
    answer = desk.apply(desk.steps({"a.txt": "a.txt"}))
    raised(check, answer, "FileExistsError")
    check.equal(before, tree(desk.root), f"everything after {answer.call}")


# Task 4


def prepared(desk):
    """Fill a desk; return steps that make folders and use some that are there."""
    fill(desk.inbox, {"a.txt": "content of a", "sub/b.txt": "content of b", "stays": "here"})
    fill(desk.library, {"texts/old.txt": "old"})
    (desk.inbox / "a.txt").chmod(0o444)
    os.utime(desk.inbox / "sub/b.txt", (10**9, 10**9))
    return desk.steps({"a.txt": "texts/a.txt", "sub/b.txt": "new/folder/b.txt"})


@pytest.mark.task(4)
@pytest.mark.parametrize("two_systems", [False, True], ids=["one system", "two systems"])
def test_undo_leads_back(check, desk, two_systems):
    """After undo everything is as before: files, modes, times, and of the folders those that were there."""
    desk.two_systems = two_systems
    steps = prepared(desk)
    odd = odd_names(desk.inbox)
    fill(desk.inbox, {name: repr(name) for name in odd} | {"e": "e"})
    fill(desk.library, {"empty": None})
    steps += desk.steps({name: f"odd/{name}" for name in odd} | {"e": "empty/e"})
    before = desk.tree(exact=True)
    returned(check, desk.apply(steps), [])
    answer = desk.undo()
    returned(check, answer, [])
    check.equal(before, desk.tree(exact=True), f"inbox and library after {answer.call}")


@pytest.mark.task(4)
def test_undo_twice_is_undo_once(check, desk):
    """A second undo changes nothing, even if the same files have been sorted again in between."""
    steps = prepared(desk)
    before = desk.tree()
    returned(check, desk.apply(steps), [])
    returned(check, desk.undo(), [])
    returned(check, desk.undo(), [])
    check.equal(before, desk.tree(), "inbox and library after undo(journal) twice")
    returned(check, desk.ask("apply_plan", steps, desk.root / "journal 2"), [])
    sorted_again = desk.tree()
    returned(check, desk.undo(), [])
    check.equal(sorted_again, desk.tree(), "inbox and library after undo of an older journal that is spent")
    returned(check, desk.ask("undo", desk.root / "journal 2"), [])
    check.equal(before, desk.tree(), "inbox and library after undo of the newer journal")


@pytest.mark.task(4)
def test_undo_overwrites_nothing(check, desk):
    """If the old place of a file is taken, undo returns the step and leaves both; it can be repeated."""
    fill(desk.inbox, {"c.txt": "content of c"})
    steps = [*prepared(desk), *desk.steps({"c.txt": "texts/c.txt"})]
    before = desk.tree()
    returned(check, desk.apply(steps), [])
    fill(desk.inbox, {"a.txt": "a new one", "c.txt": "another new one"})
    after = before | {"inbox/a.txt": "b'a new one'", "library/texts/a.txt": "b'content of a'"}
    after |= {"inbox/c.txt": "b'another new one'", "library/texts/c.txt": "b'content of c'"}
    answer = desk.undo()
    returned(check, answer, [steps[0], steps[2]])
    check.equal(after, desk.tree(), f"inbox and library after {answer.call}, with new a.txt and c.txt")
    (desk.inbox / "a.txt").unlink()
    (desk.inbox / "c.txt").unlink()
    returned(check, desk.undo(), [])
    check.equal(
        before, desk.tree(), "inbox and library after another undo(journal), with the place free again"
    )


@pytest.mark.task(4)
def test_undo_looks_at_the_content_of_what_is_there(check, desk):
    """Another file at the old place stays, and so does the moved one, even if size and time are the same."""
    fill(desk.inbox, {"a.txt": "old text"})
    steps = desk.steps({"a.txt": "texts/a.txt"})
    returned(check, desk.apply(steps), [])
    fill(desk.inbox, {"a.txt": "new text"})
    for path in (desk.inbox / "a.txt", desk.library / "texts/a.txt"):
        os.utime(path, (10**9, 10**9))
    before = desk.tree()
    answer = desk.undo()
    returned(check, answer, steps)
    check.equal(before, desk.tree(), f"inbox and library after {answer.call}, with another a.txt")


@pytest.mark.task(4)
def test_folders_come_and_go_at_any_depth(check, desk):
    """Folders of the inbox that have gone are made again; those of a file that stuck go when it is back."""
    fill(desk.inbox, {"x/y/z.txt": "deep", "c.txt": "content of c"})
    steps = desk.steps({"x/y/z.txt": "texts/z.txt", "c.txt": "new/folder/c.txt"})
    before = desk.tree()
    returned(check, desk.apply(steps), [])
    (desk.inbox / "x/y").rmdir()
    (desk.inbox / "x").rmdir()
    fill(desk.inbox, {"c.txt": "another one"})
    returned(check, desk.undo(), steps[1:])
    (desk.inbox / "c.txt").unlink()
    answer = desk.undo()
    returned(check, answer, [])
    check.equal(before, desk.tree(), f"inbox and library after {answer.call}, with the place free again")


@pytest.mark.task(4)
def test_what_others_did_since_stays(check, desk):
    """Folders with files of others stay, a missing folder of the inbox is made again, edits come back."""
    steps = prepared(desk)
    before = desk.tree()
    returned(check, desk.apply(steps), [])
    fill(desk.library, {"new/mine.jpg": "mine", "new/folder/b.txt": "content of b, edited"})
    (desk.inbox / "sub").rmdir()
    answer = desk.undo()
    returned(check, answer, [])
    after = before | {"inbox/sub/b.txt": "b'content of b, edited'"}
    after |= {"library/new": "folder", "library/new/mine.jpg": "b'mine'"}
    check.equal(after, desk.tree(), f"inbox and library after {answer.call}")


@pytest.mark.task(4)
def test_undo_touches_only_what_was_moved(check, desk):
    """A step that was refused is not undone: what had taken its target stays there."""
    steps, refused = stale(desk)
    (desk.inbox / "b.txt").unlink()
    before = desk.tree()
    returned(check, desk.apply(steps), refused)
    answer = desk.undo()
    returned(check, answer, [])
    check.equal(before, desk.tree(), f"inbox and library after {answer.call}")


@pytest.mark.task(4)
def test_without_a_journal_there_is_nothing_to_undo(check, desk):
    """If the journal is not there, undo returns an empty list."""
    returned(check, desk.undo(), [])


# Task 5

KINDS = pytest.mark.parametrize("kind", ["error", "kill"])
SYSTEMS = pytest.mark.parametrize("two_systems", [False, True], ids=["one system", "two systems"])


class Scene:
    """A prepared desk on which one call fails at one operation."""

    def __init__(self, worker, folder, two_systems, kind="error", at=0):
        self.desk = Desk(worker, folder, two_systems)
        self.steps = prepared(self.desk)[1 if two_systems else 0 :]  # copies are many operations
        self.before = self.desk.tree()
        self.fault = {"at": at, "kind": kind}
        self.applying = ("apply_plan", [self.steps, str(self.desk.journal)], {})

    def apply(self):
        return self.desk.job("apply_plan", self.steps, self.desk.journal, fault=self.fault)

    def undo(self):
        return self.desk.job("undo", self.desk.journal, after=[self.applying], fault=self.fault)

    def undo_again(self):
        return self.desk.job("undo", self.desk.journal)


def play(worker, scenes, name):
    """Return the answers of one call in each scene; one that is killed needs a process of its own."""
    jobs = [getattr(scene, name)() for scene in scenes]
    if name != "undo_again" and any(scene.fault["kind"] == "kill" for scene in scenes):
        return [worker.answers(job)[0] for job in jobs]
    return worker.answers(*jobs)


def expect_nothing_lost(check, answer, desk, steps, before):
    """Require each file to be whole in one of its two places, and no half one in the library."""
    now = desk.tree()
    moving = {inside(desk, one): inside(desk, two) for one, two in steps}
    for path, was in before.items():
        places = {path, moving.get(path, path)} & now.keys()
        whole = bool(places) and all(now[place] == was for place in places)
        found = {place: now[place] for place in places} or f"nothing; there are {sorted(now)}"
        check.that(whole, answer.call, f"{path} is whole, here or at its target: {was}", found)


def inside(desk, path):
    return Path(path).relative_to(desk.root).as_posix()


def expect_the_way_back(check, worker, scenes, answers):
    """Require undo to lead back in each scene, after what the answers tell."""
    undone = play(worker, scenes, "undo_again")
    for scene, answer, back in zip(scenes, answers, undone, strict=True):
        returned(check, back, [])
        check.equal(
            scene.before, scene.desk.tree(), f"inbox and library after {answer.call}; then undo(journal)"
        )


@pytest.mark.task(5)
@KINDS
@SYSTEMS
def test_apply_can_end_anywhere(check, worker, tmp_path, kind, two_systems):
    """At whichever operation apply_plan fails or is killed, no file is lost or cut, and undo leads back."""
    first = Scene(worker, tmp_path / "0", two_systems)
    clean = worker.answers(first.apply())[0]
    returned(check, clean, [])
    scenes = [Scene(worker, tmp_path / f"{at}", two_systems, kind, at) for at in points(clean.operations)]
    answers = play(worker, scenes, "apply")
    for scene, answer in zip(scenes, answers, strict=True):
        expect_nothing_lost(check, answer, scene.desk, scene.steps, scene.before)
        if kind == "error" and not answer.raised:
            returned(check, answer, [step for step in scene.steps if os.path.lexists(step[0])])
    expect_the_way_back(check, worker, scenes, answers)


@pytest.mark.task(5)
@KINDS
@SYSTEMS
def test_undo_can_end_anywhere(check, worker, tmp_path, kind, two_systems):
    """At whichever operation undo fails or is killed, no file is lost or cut; another undo completes it."""
    first = Scene(worker, tmp_path / "0", two_systems)
    clean = worker.answers(first.undo())[0]
    returned(check, clean, [])
    scenes = [Scene(worker, tmp_path / f"{at}", two_systems, kind, at) for at in points(clean.operations)]
    answers = play(worker, scenes, "undo")
    for scene, answer in zip(scenes, answers, strict=True):
        expect_nothing_lost(check, answer, scene.desk, scene.steps, scene.before)
        if kind == "error" and not answer.raised:
            returned(check, answer, [])
            check.equal(scene.before, scene.desk.tree(), f"inbox and library after {answer.call}")
    expect_the_way_back(check, worker, scenes, answers)


@pytest.mark.task(5)
@KINDS
def test_a_disk_can_be_full_in_the_middle_of_a_copy(check, desk, kind):
    """If a copy to another file system is cut in the middle, the original is whole and its target free."""
    desk.two_systems = True
    fill(desk.inbox, {"small.bin": "x" * 900, "large.bin": b"0123456789" * 20_000})
    steps = desk.steps({"small.bin": "small.bin", "large.bin": "large.bin"})
    before = desk.tree()
    answer = desk.apply(steps, fault={"room": 60_000, "kind": kind})
    expect_nothing_lost(check, answer, desk, steps, before)
    if kind == "error":
        raised(check, answer, "OSError")
    returned(check, desk.undo(), [])
    check.equal(before, desk.tree(), f"inbox and library after {answer.call}, and then undo(journal)")


@pytest.mark.task(5)
def test_a_journal_can_be_cut_anywhere(check, worker, tmp_path):
    """If the process ends within an entry of the journal, undo leads back, and the journal is spent."""
    scenes, answers = [], []
    for room in range(0, 700, 85):
        scene = Scene(worker, tmp_path / f"{room}", two_systems=False)
        scene.fault = {"room": room, "kind": "kill"}
        scenes.append(scene)
        answers += worker.answers(scene.apply())
        expect_nothing_lost(check, answers[-1], scene.desk, scene.steps, scene.before)
    expect_the_way_back(check, worker, scenes, answers)
    jobs = [it.desk.job("apply_plan", it.steps, it.desk.root / "journal 2") for it in scenes]
    for again in worker.answers(*jobs):
        returned(check, again, [])
    sorted_again = [scene.desk.tree() for scene in scenes]
    undone = play(worker, scenes, "undo_again")
    for scene, answer, expected, back in zip(scenes, answers, sorted_again, undone, strict=True):
        returned(check, back, [])
        told = f"{answer.call}; then undo(journal), apply_plan(steps, journal 2) and undo(journal)"
        check.equal(expected, scene.desk.tree(), f"inbox and library after {told}")


# Task 6

ARCHIVES = pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
PACKED = {
    "a.txt": "1",
    "naïve 大阪.bin": bytes(range(256)) * 40,
    "sub/b/c.txt": "22",
    "empty": "",
    "none/at all": None,
}


@pytest.mark.task(6)
@ARCHIVES
def test_archives_bring_everything_back(check, desk, suffix):
    """What was packed is unpacked: contents, names, empty folders; links are neither packed nor followed."""
    fill(desk.inbox, PACKED)
    os.utime(desk.inbox / "a.txt", (0, 0))  # before the times that zip knows
    expected = tree(desk.inbox)
    fill(desk.root / "outside", {"secret.txt": "secret"})
    (desk.inbox / "file link").symlink_to(desk.root / "outside/secret.txt")
    (desk.inbox / "sub/folder link").symlink_to(desk.root / "outside")
    archive = desk.root / f"packed{suffix}"
    returned(check, desk.ask("pack", desk.inbox, archive), None)
    reader = zipfile.is_zipfile if suffix == ".zip" else tarfile.is_tarfile
    well = archive.is_file() and reader(archive)
    check.that(
        well,
        f"pack(inbox, packed{suffix})",
        f"an archive packed{suffix}",
        tree(archive) or "nothing is there",
    )
    (desk.root / "again").mkdir()
    answer = desk.ask("unpack", archive, desk.root / "again/inbox")
    returned(check, answer, None)
    check.equal(expected, tree(desk.root / "again/inbox"), f"what {answer.call} made")
    check.equal(
        ["inbox"],
        [it.name for it in (desk.root / "again").iterdir()],
        f"what is where {answer.call} made a folder",
    )


@pytest.mark.task(6)
@ARCHIVES
def test_an_empty_folder_comes_back(check, desk, suffix):
    """A folder with nothing in it is packed, and unpacked as a folder with nothing in it."""
    archive = desk.root / f"packed{suffix}"
    returned(check, desk.ask("pack", desk.inbox, archive), None)
    answer = desk.ask("unpack", archive, desk.root / "again")
    returned(check, answer, None)
    check.equal({"again": "folder"}, tree(desk.root / "again"), f"what {answer.call} made")


@pytest.mark.task(6)
def test_zips_of_other_systems_are_unpacked(check, desk):
    """A zip may come from a system that keeps no kind and no mode of a file: its members are files."""
    archive = desk.root / "packed.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        member = zipfile.ZipInfo("a.txt")
        member.create_system, member.external_attr = 0, 0x20  # MS-DOS: to be archived
        zipped.writestr(member, b"from afar")
    answer = desk.ask("unpack", archive, desk.root / "again")
    returned(check, answer, None)
    expected = {"again": "folder", "again/a.txt": "b'from afar'"}
    check.equal(expected, tree(desk.root / "again"), f"what {answer.call} made")


@pytest.mark.task(6)
@ARCHIVES
def test_archives_overwrite_nothing(check, desk, suffix):
    """An archive or a folder that is there already raises FileExistsError and stays as it is."""
    fill(desk.inbox, PACKED)
    fill(desk.root, {f"old{suffix}": "an old archive", "folder/mine.txt": "mine"})
    returned(check, desk.ask("pack", desk.inbox, desk.root / f"new{suffix}"), None)
    before = tree(desk.root)
    raised(check, desk.ask("pack", desk.inbox, desk.root / f"old{suffix}"), "FileExistsError")
    raised(check, desk.ask("unpack", desk.root / f"new{suffix}", desk.root / "folder"), "FileExistsError")
    check.equal(before, tree(desk.root), "everything after the two calls")


@pytest.mark.task(6)
@ARCHIVES
def test_nothing_is_unpacked_of_an_unsafe_archive(check, desk, suffix):
    """A member that leads out, is no file or comes twice raises UnsafeArchive, and nothing is written."""
    absolute = str(desk.root / "evil.txt")
    evil = {
        "above": "../evil.txt",
        "above later": "sub/../../evil.txt",
        "absolute": absolute,
        "twice": "good.txt",
        "twice, written differently": "./good.txt",
    }
    members = {told: [(name, "file", b"evil")] for told, name in evil.items()}
    members["a link"] = [("link", "link", b"../outside/mine.txt")]
    members["a link to a folder"] = [("link", "link", b"../outside"), ("link/evil.txt", "file", b"evil")]
    if suffix == ".tar.gz":
        special = {"a hard link": tarfile.LNKTYPE, "a pipe": tarfile.FIFOTYPE, "a device": tarfile.CHRTYPE}
        members |= {told: [("special", kind, b"good.txt")] for told, kind in special.items()}
    for told, bad in members.items():
        archive = desk.root / f"{told}{suffix}"
        write_archive(archive, [("good.txt", "file", b"good"), *bad, ("later.txt", "file", b"later")])
    fill(desk.root / "outside", {"mine.txt": "mine"})
    before = tree(desk.root)
    jobs = [desk.job("unpack", desk.root / f"{told}{suffix}", desk.root / f"new {told}") for told in members]
    for answer in desk.worker.answers(*jobs):
        raised(check, answer, "UnsafeArchive")
    check.equal(before, tree(desk.root), f"everything after unpack of such archives ({', '.join(members)})")


def write_archive(archive, members):
    """Write an archive that no decent program would write."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as zipped, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a name that comes twice
            for name, kind, data in members:
                member = zipfile.ZipInfo(name)
                member.external_attr = (0o120777 if kind == "link" else 0o100644) << 16
                zipped.writestr(member, data)
        return
    with tarfile.open(archive, "w:gz") as tarred:
        for name, kind, data in members:
            member = tarfile.TarInfo(name)
            if kind == "file":
                member.size = len(data)
            else:
                member.type = tarfile.SYMTYPE if kind == "link" else kind
                member.linkname = data.decode()
            tarred.addfile(member, BytesIO(data))


@pytest.mark.task(6)
@ARCHIVES
def test_a_damaged_archive_leaves_nothing(check, desk, suffix):
    """What is no archive, is cut off or has a wrong checksum raises an exception, and nothing is left."""
    fill(
        desk.inbox,
        {"a.txt": "good", "b.bin": b"".join(zlib.crc32(b"%d" % it).to_bytes(4, "big") for it in range(2000))},
    )
    whole = desk.root / f"whole{suffix}"
    returned(check, desk.ask("pack", desk.inbox, whole), None)
    data = whole.read_bytes() if whole.is_file() else b""
    middle = len(data) // 2
    damaged = {
        "half": data[:middle],
        "without its last byte": data[:-1],
        "with wrong bytes": data[:middle]
        + bytes(it ^ 255 for it in data[middle : middle + 8])
        + data[middle + 8 :],
        "empty": b"",
        "none": b"this is no archive at all, whatever its name says" * 20,
    }
    archives = [desk.root / f"{told}{suffix}" for told in damaged]
    for archive, bad in zip(archives, damaged.values(), strict=True):
        archive.write_bytes(bad)
    before = tree(desk.root)
    for answer in desk.worker.answers(*(desk.job("unpack", it, desk.root / "new") for it in archives)):
        raised(check, answer, "Exception")
    check.equal(before, tree(desk.root), f"everything after unpack of such archives ({', '.join(damaged)})")


@pytest.mark.task(6)
@ARCHIVES
def test_archives_are_whole_or_not_there(check, desk, suffix):
    """If an operation fails, pack leaves no archive and unpack no folder, unless it is whole all the same."""
    fill(desk.inbox, {"a.txt": "1", "sub/b.txt": "22"})
    expected = tree(desk.inbox)
    whole = desk.root / f"whole{suffix}"
    clean = desk.ask("pack", desk.inbox, whole)
    returned(check, clean, None)
    faults = [{"at": at, "kind": "error"} for at in points(clean.operations)]
    places = [desk.root / str(fault["at"]) for fault in faults]
    for place in places:
        place.mkdir()
    pairs = list(zip(places, faults, strict=True))
    jobs = [desk.job("pack", desk.inbox, place / f"packed{suffix}", fault=fault) for place, fault in pairs]
    for place, answer in zip(places, desk.worker.answers(*jobs), strict=True):
        packed = place / f"packed{suffix}"
        check.that(packed.exists() or "OSError" in answer.raised, answer.call, "an OSError", answer.told)
        if packed.exists():
            returned(check, desk.ask("unpack", packed, place / "inbox"), None)
            check.equal(expected, tree(place / "inbox"), f"what is in the archive after {answer.call}")
    clean = desk.ask("unpack", whole, desk.root / "whole")
    returned(check, clean, None)
    faults = [{"at": at, "kind": "error"} for at in points(clean.operations)]
    places = [desk.root / f"from {fault['at']}" for fault in faults]
    for place in places:
        place.mkdir()
    pairs = list(zip(places, faults, strict=True))
    jobs = [desk.job("unpack", whole, place / "inbox", fault=fault) for place, fault in pairs]
    for place, answer in zip(places, desk.worker.answers(*jobs), strict=True):
        check.that(
            (place / "inbox").exists() or "OSError" in answer.raised, answer.call, "an OSError", answer.told
        )
        if (place / "inbox").exists():
            check.equal(expected, tree(place / "inbox"), f"what is there after {answer.call}")
