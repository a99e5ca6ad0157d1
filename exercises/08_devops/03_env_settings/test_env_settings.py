"""The suite of "Settings from the environment": texts and mappings go in, values come out."""

import collections.abc
import json
import os
import subprocess
import sys
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from env_settings import (
    REQUIRED,
    Field,
    Secret,
    SettingsError,
    load,
    parse_dotenv,
    to_bool,
    to_duration,
    to_int,
    to_list,
    to_path,
    to_url,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PASSWORD = "hunter2-Zq"


@pytest.fixture(autouse=True)
def environment_stays():
    """Give each case the environment that the suite was started with."""
    before = dict(os.environ)
    yield
    if dict(os.environ) != before:
        os.environ.clear()
        os.environ.update(before)


def reads(check, function, cases):
    """Require that a function reads texts as given."""
    for text, value in cases:
        check.returns(value, lambda text=text: function(text), f"{function.__name__}({text!r})")


def refuses(check, function, texts):
    """Require that a function raises ValueError for each of the texts."""
    for text in texts:
        check.raises(ValueError, lambda text=text: function(text), f"{function.__name__}({text!r})")


def loaded(check, fields, *sources, prefix="", call="load(fields, source)"):
    """Return the settings, which have to be a mapping."""
    try:
        result = load(fields, *sources, prefix=prefix)
    except Exception as error:
        check.that(False, call, "settings", f"it raised {type(error).__name__}: {error}")
    check.that(isinstance(result, collections.abc.Mapping), call, "a Mapping", result)
    return result


def gives(check, expected, fields, *sources, prefix="", call="load(fields, source)"):
    """Require the settings to be those expected."""
    result = loaded(check, fields, *sources, prefix=prefix, call=call)
    check.returns(expected, lambda: dict(result), f"dict({call})")


def problems(check, action, call):
    """Return the keys of the problems of the SettingsError that an action raises."""
    error = check.raises(SettingsError, action, call)
    return sorted(getattr(error, "problems", {}))


def reads_file(check, expected, text, environ=()):
    """Require the variables of the text of a `.env` file."""
    environ = dict(environ)
    check.returns(expected, lambda: parse_dotenv(text, environ), f"parse_dotenv({text!r}, {environ})")


def bad_lines(check, expected, text, environ=()):
    """Require the numbers of the bad lines in the text of a `.env` file."""
    environ = dict(environ)
    call = f"parse_dotenv({text!r}, {environ})"
    expected = sorted(f"line {number}" for number in expected)
    check.equal(
        expected, problems(check, lambda: parse_dotenv(text, environ), call), f"{call} and its problems"
    )


def hides(check, text, call, *secrets):
    """Require a text to hold none of the secrets."""
    for secret in secrets:
        check.that(secret not in text, call, f"nothing of {secret!r}", text)


# --- 1. From text to values


@pytest.mark.task(1)
def test_words_for_true_and_false(check):
    """to_bool knows four words for true and four for false, in small or capital letters, and nothing else."""
    reads(check, to_bool, [(word, True) for word in ("true", "YES", "On", "1", " True ")])
    reads(check, to_bool, [(word, False) for word in ("false", "No", "OFF", "0", "false ")])
    refuses(check, to_bool, ["", "maybe", "2", "tru", "y", "None"])


@pytest.mark.task(1)
def test_whole_numbers(check):
    """to_int reads decimal digits with or without a sign, and nothing else."""
    reads(check, to_int, [("8080", 8080), ("-5", -5), ("+7", 7), (" 42 ", 42), ("007", 7), ("0", 0)])
    refuses(check, to_int, ["", "1_000", "1.0", "0x10", "1e3", "- 5", "--5", "five", "٣", "4 2"])


@pytest.mark.task(1)
def test_durations(check):
    """to_duration reads parts with units from days to milliseconds and returns a timedelta."""
    cases = [
        ("45s", timedelta(seconds=45)),
        ("250ms", timedelta(milliseconds=250)),
        ("2h15m", timedelta(hours=2, minutes=15)),
        ("10m", timedelta(minutes=10)),
        ("3d4h5m6s7ms", timedelta(days=3, hours=4, minutes=5, seconds=6, milliseconds=7)),
        ("90m", timedelta(hours=1, minutes=30)),
        (" 0s ", timedelta(0)),
        ("1d1ms", timedelta(days=1, milliseconds=1)),
    ]
    reads(check, to_duration, cases)
    refuses(check, to_duration, ["", "30", "s", "1.5h", "-1s", "5 minutes", "5x", "1h30", "1h,2s"])


@pytest.mark.task(1)
def test_lists(check):
    """to_list returns the items between commas without the spaces around them, and no empty items."""
    reads(
        check,
        to_list,
        [
            ("a,b", ("a", "b")),
            (" red , dark green,blue ", ("red", "dark green", "blue")),
            ("one", ("one",)),
            ("", ()),
            ("a,, b,", ("a", "b")),
            (" , ", ()),
        ],
    )


@pytest.mark.task(1)
def test_paths(check):
    """to_path returns a path, as it is written, and refuses the empty text."""
    reads(
        check,
        to_path,
        [
            ("/var/lib/shop", Path("/var/lib/shop")),
            ("data/my files", Path("data/my files")),
            (" logs ", Path("logs")),
            ("~/x", Path("~") / "x"),
            ("a/../b", Path("a/../b")),
        ],
    )
    refuses(check, to_path, ["", "  "])


@pytest.mark.task(1)
def test_addresses(check):
    """to_url takes http and https addresses with a host, and returns them as text."""
    good = [
        "http://localhost",
        "https://shop.example/pay?x=1#y",
        "http://127.0.0.1:8080/",
        "https://shop.example:65535",
    ]
    reads(check, to_url, [(url, url) for url in [*good, "http://[::1]:80/a"]])
    reads(check, to_url, [(" http://localhost ", "http://localhost")])
    refuses(check, to_url, ["", "localhost", "shop.example:80", "ftp://shop.example", "//shop.example"])
    refuses(
        check, to_url, ["http://", "https:///path", "http://:8080", "http://shop.example:65536", "http:shop"]
    )


# --- 2. All settings, and all that is wrong


@pytest.mark.task(2)
def test_settings_are_read_with_their_prefix(check):
    """The variable of a setting is the prefix and its name in capital letters."""
    fields = {"port": Field(to_int), "data_dir": Field(to_path), "name": Field(str, default="shop")}
    environ = {"SHOP_PORT": "81", "PORT": "82", "SHOP_DATA_DIR": "/srv", "NAME": "no", "shop_name": "no"}
    expected = {"port": 81, "data_dir": Path("/srv"), "name": "shop"}
    gives(check, expected, fields, environ, prefix="SHOP_", call=f"load(fields, {environ}, prefix='SHOP_')")
    gives(check, {"port": 82}, {"port": fields["port"]}, environ, call=f"load(fields, {environ})")


@pytest.mark.task(2)
def test_a_default_is_taken_as_it_is(check):
    """A setting that is not set has its default: not read by parse, and None, False or 0 are good ones."""
    for default in (8080, None, False, 0, "", "not a number"):
        fields = {"port": Field(to_int, default=default)}
        gives(
            check,
            {"port": default},
            fields,
            {},
            call=f"load({{'port': Field(to_int, default={default!r})}}, {{}})",
        )
    gives(check, {"port": 5}, {"port": Field(to_int, default=None)}, {"PORT": "5"})


@pytest.mark.task(2)
def test_an_empty_text_is_set(check):
    """A variable with an empty text is set: its default does not count, and it is not missing."""
    fields = {"title": Field(str), "hosts": Field(to_list, default=("localhost",))}
    gives(check, {"title": "", "hosts": ()}, fields, {"TITLE": "", "HOSTS": ""})
    wrong = {"port": Field(to_int, default=80)}
    call = "load({'port': Field(to_int, default=80)}, {'PORT': ''})"
    check.equal(["PORT"], problems(check, lambda: load(wrong, {"PORT": ""}), call), call)
    gives(check, {"title": ""}, {"title": Field(str)}, {"TITLE": ""}, {"TITLE": "second"})


@pytest.mark.task(2)
def test_the_first_source_decides(check):
    """The first source that has a variable decides, then the next, then the default."""
    fields = {name: Field(str, default="default") for name in "abcd"}
    sources = ({"A": "1"}, {"A": "2", "B": "2"}, {"A": "3", "B": "3", "C": "3"})
    gives(
        check, {"a": "1", "b": "2", "c": "3", "d": "default"}, fields, *sources, call="load(fields, *sources)"
    )
    gives(check, dict.fromkeys("abcd", "default"), fields, call="load(fields)")
    call = "load({'n': Field(to_int)}, {'N': 'x'}, {'N': '1'})"
    check.equal(
        ["N"], problems(check, lambda: load({"n": Field(to_int)}, {"N": "x"}, {"N": "1"}), call), call
    )


@pytest.mark.task(2)
def test_all_problems_at_once(check):
    """One SettingsError tells all variables that are missing or wrong, and no others."""
    fields = {
        "port": Field(to_int),
        "tries": Field(to_int, default=3),
        "pause": Field(to_duration),
        "key": Field(to_int, secret=True),
        "hosts": Field(to_list),
        "name": Field(str, default=REQUIRED),
    }
    environ = {"APP_PORT": "http", "APP_TRIES": "many", "APP_KEY": "k", "APP_HOSTS": "a"}
    call = f"load(fields, {environ}, prefix='APP_')"
    got = problems(check, lambda: load(fields, environ, prefix="APP_"), call)
    check.equal(
        ["APP_KEY", "APP_NAME", "APP_PAUSE", "APP_PORT", "APP_TRIES"], got, f"{call} and its problems"
    )


@pytest.mark.task(2)
def test_settings_do_not_change(check):
    """Settings cannot be changed, and later changes of the sources do not reach them."""
    environ = {"PORT": "80", "KEY": "a"}
    fields = {"port": Field(to_int), "key": Field(str), "mode": Field(str, default="fast")}
    result = loaded(check, fields, environ)

    def assign():
        result["port"] = 81

    environ["PORT"] = "99"
    environ["MODE"] = "slow"
    del environ["KEY"]
    check.returns(
        {"port": 80, "key": "a", "mode": "fast"}, lambda: dict(result), "dict(settings), the source changed"
    )
    check.raises(TypeError, assign, "settings['port'] = 81")
    check.returns(80, lambda: result["port"], "settings['port']")
    check.raises(KeyError, lambda: result["PORT"], "settings['PORT']")
    check.returns(3, lambda: len(result), "len(settings)")


@pytest.mark.task(2)
def test_loading_changes_no_source(check):
    """Loading changes neither its sources nor os.environ."""
    sources = ({"A": "1"}, {"B": "2"})
    before = dict(os.environ)
    fields = {"a": Field(to_int), "b": Field(to_int), "c": Field(str, default="x")}
    gives(check, {"a": 1, "b": 2, "c": "x"}, fields, *sources)
    check.equal(
        ({"A": "1"}, {"B": "2"}), sources, "load(fields, {'A': '1'}, {'B': '2'}) and then the sources"
    )
    check.that(dict(os.environ) == before, "load(fields, …)", "os.environ as before", "it has changed")


# --- 3. The `.env` file


@pytest.mark.task(3)
def test_lines_of_a_file(check):
    """Empty lines and comments do not count; `export`, spaces, tabs and CRLF do no harm; the last wins."""
    reads_file(check, {}, "")
    text = "# shop\n\nPORT=80\n  export NAME = my shop \n\t# more\nEMPTY=\n_x1\t=\ty\nPORT=81"
    reads_file(check, {"PORT": "81", "NAME": "my shop", "EMPTY": "", "_x1": "y"}, text)
    reads_file(check, {"A": "1", "B": "two", "C": "3 "}, "A=1\r\n\r\nB=\"two\"\r\nC='3 '\r\n")
    reads_file(check, {"URL": "http://x/?a=b", "exported": "1"}, "URL=http://x/?a=b\nexported=1\n")


@pytest.mark.task(3)
def test_values_without_quotes(check):
    """A value without quotes ends before a `#` that follows a space or a tab, and not at any other."""
    text = 'A=1 # one\nB=#ffaa00\nC=x#y #z\nD=it\'s "so"\nE=\\n\nF= # nothing\nG=a\t#b\n'
    expected = {"A": "1", "B": "#ffaa00", "C": "x#y", "D": 'it\'s "so"', "E": "\\n", "F": "", "G": "a"}
    reads_file(check, expected, text)


@pytest.mark.task(3)
def test_values_in_single_quotes(check):
    """A value in single quotes is what stands between them, `#`, spaces and backslashes included."""
    text = "A=' a # b '\nB='c:\\new' # comment\nC=''\nD = 'say \"hi\"'\n"
    reads_file(check, {"A": " a # b ", "B": "c:\\new", "C": "", "D": 'say "hi"'}, text)


@pytest.mark.task(3)
def test_values_in_double_quotes(check):
    """A value in double quotes keeps its `#` and spaces, and has three escapes."""
    text = 'A=" x # y "\nB="one\\ntwo" # "comment"\nC="say \\"hi\\" # now"\nD="it\'s"\nE=""\n'
    reads_file(check, {"A": " x # y ", "B": "one\ntwo", "C": 'say "hi" # now', "D": "it's", "E": ""}, text)


@pytest.mark.task(3)
def test_each_backslash_counts_once(check):
    """Escapes are read from left to right, and a backslash before anything else stays."""
    text = 'A="c:\\\\new"\nB="end\\\\"\nC="\\t \\d \\$"\nD="\\\\\\"x"\n'
    reads_file(check, {"A": "c:\\new", "B": "end\\", "C": "\\t \\d \\$", "D": '\\"x'}, text)


@pytest.mark.task(3)
def test_all_bad_lines_at_once(check):
    """One SettingsError tells the numbers of all bad lines, and no others."""
    lines = [
        "# first",
        "PORT",
        "A=1",
        "2B=x",
        'C="open',
        "",
        "D='open",
        "=x",
        "E='a' b",
        "F-G=1",
        "H=ok",
        "I='a'#b",
    ]
    bad_lines(check, [2, 4, 5, 7, 8, 9, 10, 12], "\n".join(lines))
    bad_lines(check, [3], 'A=1\r\n\r\nB="x\\"\r\n')


@pytest.mark.task(3)
def test_reading_a_file_changes_no_environment(check):
    """parse_dotenv puts nothing into the environment."""
    environ = {"HOME": "/root"}
    before = dict(os.environ)
    check.returns(
        {"A_NEW_ONE": "1", "HOME": "/h"},
        lambda: parse_dotenv("A_NEW_ONE=1\nHOME=/h\n", environ),
        "parse_dotenv('A_NEW_ONE=1\\nHOME=/h\\n', environ)",
    )
    check.equal({"HOME": "/root"}, environ, "environ, after parse_dotenv(…, environ)")
    check.that(dict(os.environ) == before, "parse_dotenv(…)", "os.environ as before", "it has changed")


@pytest.mark.task(3)
@settings(max_examples=40)
@given(st.text(alphabet="ab \\\"'#n$\t=", max_size=12))
def test_any_value_can_be_quoted(check, value):
    """Whatever is escaped and put into double quotes comes back."""
    line = 'A="' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    reads_file(check, {"A": value}, line)


# --- 4. One variable in another


@pytest.mark.task(4)
def test_references_to_lines_above(check):
    """`${NAME}` is the value of a line above, in values without quotes and in double quotes only."""
    text = "HOST=db\nPORT=1\nURL=http://${HOST}:${PORT}/\nQ=\"<${HOST}>\"\nS='${HOST}'\nHOST=db2\nT=${HOST}\n"
    expected = {"URL": "http://db:1/", "Q": "<db>", "S": "${HOST}", "T": "db2", "HOST": "db2", "PORT": "1"}
    reads_file(check, expected, text)
    reads_file(check, {"A": "xx-xx", "B": ""}, "B=\nA=x${B}x-${B}xx")


@pytest.mark.task(4)
def test_references_to_the_environment(check):
    """The environment comes before the lines above, and an empty value is a value."""
    environ = {"USER": "ann", "BASE": "/srv", "NOTHING": ""}
    text = "BASE=/opt\nHOME=${BASE}/${USER}\nPATH=${PATH_}:x\nNOTHING=y\nE=[${NOTHING}]\n"
    expected = {"BASE": "/opt", "HOME": "/srv/ann", "PATH": "/bin:x", "NOTHING": "y", "E": "[]"}
    reads_file(check, expected, text, {**environ, "PATH_": "/bin"})
    reads_file(check, {"PATH": "/bin:/opt"}, 'PATH="${PATH}:/opt"', {"PATH": "/bin"})
    reads_file(check, {"A": "12"}, "A=1\nA=${A}2\n")


@pytest.mark.task(4)
def test_what_is_put_in_is_not_looked_at_again(check):
    """Neither `${…}` nor `#` nor a backslash means anything in what is put in."""
    text = "A='${B}'\nB=${A}\nD=${C} # comment\nF=\"${E}\"\n"
    expected = {"A": "${B}", "B": "${B}", "D": "x #y", "F": "a\\nb"}
    reads_file(check, expected, text, {"C": "x #y", "E": "a\\nb"})
    reads_file(check, {"A": "<${A}>"}, "A=<${A}>", {"A": "${A}"})


@pytest.mark.task(4)
def test_references_that_lead_nowhere(check):
    """A name that neither the environment nor a line above has makes the line a bad one, also in a circle."""
    bad_lines(check, [1], "A=${B}\nB=ok\n")
    bad_lines(check, [2], "B=ok\nC=x${NOPE}\n", {"NOP": "1"})
    bad_lines(check, [1], "A=${A}\n")
    bad_lines(check, [2], "X=1\nA=${B}\nB=${X}\n")


@pytest.mark.task(4)
def test_other_dollars_stay(check):
    """A `$` that begins no `${NAME}` is only a `$`."""
    text = "NAME=x\nA=$NAME\nB=cost: 5$\nC=${}\nD=${NAME\nE=$${NAME}\n"
    expected = {"NAME": "x", "A": "$NAME", "B": "cost: 5$", "C": "${}", "D": "${NAME", "E": "$x"}
    reads_file(check, expected, text)


# --- 5. Secrets


def texts_of(error):
    """Return all that an error shows of itself: its text, its problems, and its traceback."""
    shown = [str(error), repr(error), str(getattr(error, "problems", "")), *traceback.format_exception(error)]
    return "\n".join(shown)


def talkative(text):
    """Refuse any text, and quote it."""
    raise ValueError(f"cannot read {text!r}")


@pytest.mark.task(5)
def test_a_secret_shows_nothing(check):
    """The text of a secret is the same whatever it holds; reveal returns the value."""
    for make, name in (
        (str, "str(secret)"),
        (repr, "repr(secret)"),
        (lambda secret: f"{secret}", 'f"{secret}"'),
    ):
        one, other = (make(Secret(value)) for value in (PASSWORD, ["x" * 40]))
        hides(check, one, f"{name}, for Secret({PASSWORD!r})", PASSWORD)
        check.equal(one, other, f"{name}, for another value")
    check.returns(PASSWORD, lambda: Secret(PASSWORD).reveal(), f"Secret({PASSWORD!r}).reveal()")


@pytest.mark.task(5)
def test_secret_settings(check):
    """The value of a secret setting is a Secret, whether it was read or is the default."""
    fields = {
        "key": Field(str, secret=True),
        "pin": Field(to_int, secret=True),
        "salt": Field(str, default="Nacl-95", secret=True),
        "port": Field(to_int),
    }
    result = loaded(check, fields, {"KEY": PASSWORD, "PIN": "74123", "PORT": "80"})
    for name, value in (("key", PASSWORD), ("pin", 74123), ("salt", "Nacl-95")):
        secret = result.get(name)
        check.that(isinstance(secret, Secret), f"settings[{name!r}]", "a Secret", secret)
        check.returns(value, secret.reveal, f"settings[{name!r}].reveal()")
    check.returns(80, lambda: result["port"], "settings['port']")
    for show in (repr, str):
        hides(check, show(result), f"{show.__name__}(settings)", PASSWORD, "74123", "Nacl-95")


@pytest.mark.task(5)
def test_errors_show_no_secret(check):
    """A SettingsError shows nothing of a secret, nor does its traceback."""
    fields = {
        "pin": Field(talkative, default=1, secret=True),
        "key": Field(int, secret=True),
        "port": Field(to_int),
        "token": Field(str, secret=True),
    }
    environ = {"PIN": "9-81-17", "KEY": PASSWORD, "PORT": "80", "TOKEN": "tok-4711"}
    error = check.raises(SettingsError, lambda: load(fields, environ), "load(fields, environ)")
    call = "the SettingsError of load(fields, environ), with its traceback"
    hides(check, texts_of(error), call, PASSWORD, "9-81-17", "tok-4711")


@pytest.mark.task(5)
def test_bad_lines_are_not_shown(check):
    """A SettingsError of parse_dotenv shows nothing of the values of bad lines."""
    for line in (
        f"KEY='{PASSWORD}",
        f'KEY="{PASSWORD}" x',
        f"KEY={PASSWORD}${{MISSING}}",
        f"2KEY={PASSWORD}",
    ):
        call = f"parse_dotenv({line!r}, {{}})"
        error = check.raises(SettingsError, lambda line=line: parse_dotenv(line, {}), call)
        hides(check, texts_of(error), f"the SettingsError of {call}, with its traceback", PASSWORD)


# --- 6. The environment of a child

FIELDS = {
    "port": Field(to_int, default=80),
    "hosts": Field(to_list, default=()),
    "pause": Field(to_duration, default=timedelta(0)),
    "key": Field(str, default="", secret=True),
    "pin": Field(to_int, default=0, secret=True),
}
ENVIRON = {"APP_PORT": "080", "APP_PIN": "1234", "LANG": "C", "APP_OTHER": "o", "KEY": "not ours"}
FILE = {"APP_PORT": "81", "APP_HOSTS": " a, b", "APP_KEY": PASSWORD, "APP_UNKNOWN": "u"}
CHILD = {"APP_PORT": "080", "APP_HOSTS": " a, b", "LANG": "C", "APP_OTHER": "o", "KEY": "not ours"}


@pytest.mark.task(6)
def test_a_child_gets_the_texts_of_the_settings(check):
    """A child gets the environment and the texts that were found, and no secret."""
    result = loaded(check, FIELDS, ENVIRON, FILE, prefix="APP_")
    check.returns(CHILD, lambda: result.child_environment(ENVIRON), "settings.child_environment(environ)")
    with_key = {**CHILD, "APP_KEY": PASSWORD}
    call = "settings.child_environment(environ, reveal=['key'])"
    check.returns(with_key, lambda: result.child_environment(ENVIRON, reveal=["key"]), call)


@pytest.mark.task(6)
def test_a_child_gets_no_secret_of_another_environment(check):
    """The settings win over the environment that is passed, and its secrets stay out as well."""
    result = loaded(check, FIELDS, ENVIRON, FILE, prefix="APP_")
    other = {"APP_PORT": "5", "APP_KEY": "other", "APP_PIN": "9", "APP_PAUSE": "1s", "X": ""}
    expected = {"APP_PORT": "080", "APP_HOSTS": " a, b", "APP_PAUSE": "1s", "X": ""}
    check.returns(expected, lambda: result.child_environment(other), f"settings.child_environment({other})")
    call = f"settings.child_environment({other}, reveal=('pin',))"
    check.returns(
        {**expected, "APP_PIN": "1234"}, lambda: result.child_environment(other, reveal=("pin",)), call
    )
    check.raises(
        KeyError, lambda: result.child_environment({}, reveal=["APP_KEY"]), "…({}, reveal=['APP_KEY'])"
    )


@pytest.mark.task(6)
def test_a_child_reads_the_same_settings(check):
    """A program that is started with this environment reads the same settings."""
    result = loaded(check, FIELDS, ENVIRON, FILE, prefix="APP_")
    call = "settings.child_environment(environ, reveal=['key', 'pin'])"
    try:
        child = result.child_environment(ENVIRON, reveal=["key", "pin"])
    except Exception as error:
        check.that(False, call, "a dict", f"it raised {type(error).__name__}: {error}")
    check.that(
        type(child) is dict and all(type(text) is str for pair in child.items() for text in pair),
        call,
        "a dict of texts",
        child,
    )
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], env=child, capture_output=True, text=True, check=True
    )
    inside = json.loads(started.stdout)
    expected = {**CHILD, "APP_KEY": PASSWORD, "APP_PIN": "1234"}
    seen = {name: text for name, text in inside.items() if name.startswith("APP_") or name in expected}
    check.equal(expected, seen, f"subprocess.run(…, env={call})")
    again = loaded(check, {"port": FIELDS["port"], "hosts": FIELDS["hosts"]}, inside, prefix="APP_")
    check.returns({"port": 80, "hosts": ("a", "b")}, lambda: dict(again), "the settings that the child reads")


@pytest.mark.task(6)
def test_making_an_environment_changes_none(check):
    """child_environment returns a new dict each time, and changes neither environ nor os.environ."""
    result = loaded(check, FIELDS, FILE, prefix="APP_")
    environ = {"LANG": "C", "APP_KEY": "old"}
    before = dict(os.environ)
    first = result.child_environment(environ)
    check.that(
        type(first) is dict and first is not environ,
        "settings.child_environment(environ)",
        "a new dict",
        first,
    )
    first["APP_PORT"] = "1"
    expected = {"LANG": "C", "APP_PORT": "81", "APP_HOSTS": " a, b"}
    check.returns(
        expected, lambda: result.child_environment(environ), "settings.child_environment(environ), again"
    )
    check.equal({"LANG": "C", "APP_KEY": "old"}, environ, "environ, afterwards")
    check.that(
        dict(os.environ) == before, "settings.child_environment(…)", "os.environ as before", "it has changed"
    )
