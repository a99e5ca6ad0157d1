"""The report as Markdown: readable, bounded, and inert whatever a hand-in says."""

import re

import pytest
from markdown_it import MarkdownIt

from grader.model import CaseStatus, ExerciseStatus
from grader.reports import to_markdown
from grader.reports.to_markdown import CHARACTERS, CUT, MARKS, fenced, inert

PARSER = MarkdownIt("commonmark").enable("table")
OURS = {"<details>", "</details>", "<code>", "</code>"}


def tokens(text):
    """Return all tokens of a Markdown text, those inside of lines too."""
    return [inner for token in PARSER.parse(text) for inner in (token, *(token.children or ()))]


def alive(text):
    """Return what in a Markdown text is HTML of somebody else, a link or an image."""
    found = []
    for token in tokens(text):
        if token.type in ("html_block", "html_inline"):
            found += [tag for tag in re.findall(r"<[^>]*>?", token.content) if tag not in OURS]
        if token.type in ("link_open", "image"):
            found.append(token.type)
    return [tag for tag in found if tag not in ("<summary>", "</summary>")]


@pytest.fixture
def failed(make_case):
    """A case that failed."""
    return make_case(status=CaseStatus.FAILED, message="called:   double(7)\nexpected: 14\ngot:      9")


def test_a_passed_report_is_a_line_and_a_table(make_report, make_result):
    """What is in order takes one row."""
    assert (
        "# Grading report\n\n"
        "**5 of 5 points** · Python 3.13.0 · isolation: none · 1.2 s\n\n"
        "| exercise | verdict | points | tasks | assurance |\n"
        "|---|---|---:|---|:-:|\n"
        "| Doubling (`doubling`) | ✅ passed | 5/5 | ● | B |\n"
    ) == to_markdown.render(make_report(make_result()))


@pytest.mark.parametrize("status", list(ExerciseStatus))
def test_every_verdict_has_its_words(make_report, make_result, status):
    """The table says each verdict in words, not only by a sign."""
    text = to_markdown.render(make_report(make_result(status=status)))
    assert f"| {MARKS[status]} |" in text
    folded = status not in (ExerciseStatus.PASSED, ExerciseStatus.NOT_STARTED)
    assert folded is ("<details>" in text)


@pytest.mark.parametrize("status", [ExerciseStatus.NOT_GRADABLE, ExerciseStatus.ERROR])
def test_what_was_not_graded_has_no_points_and_no_hints(make_report, make_result, status):
    """The reason stands there, and that it is no zero."""
    text = to_markdown.render(make_report(make_result([], status=status, message="no compiler")))
    assert f"| {MARKS[status]} | -/5 |" in text
    assert "**0 of 0 points**" in text
    assert "```text\nno compiler\n```\n\nThat is neither a pass nor a zero" in text
    assert "kata hint" not in text


def test_a_lost_exercise_has_a_folded_section(make_report, make_result, make_case, failed):
    """Tasks, the failed cases with their requirements, and the next command."""
    text = to_markdown.render(make_report(make_result([make_case()], [failed, make_case(id="test_b")])))
    assert (
        "\n\n<details>\n<summary><code>doubling</code>: 5/10</summary>\n\n"
        "- ✅ Task 1, Task number 1: 5/5 (1 of 1 cases)\n"
        "- ❌ Task 2, Task number 2: 0/5 (1 of 2 cases)\n\n"
        "**Doubling a number returns twice the number.**\n\n"
        "`test_a_number_is_doubled` · failed\n\n"
        "```text\ncalled:   double(7)\nexpected: 14\ngot:      9\n```\n\n"
        "Next: `kata hint doubling`\n\n"
        "</details>\n"
    ) in "\n" + text


def test_a_long_list_of_failures_is_cut(make_report, make_result, make_case, failed):
    """Three failures are shown; cases that did not run are only counted."""
    missing = make_case(status=CaseStatus.NOT_RUN)
    text = to_markdown.render(make_report(make_result([failed] * 5 + [missing] * 2)))
    assert 3 == text.count("**Doubling a number")
    assert "… and 4 more cases that did not pass." in text


def test_the_message_of_the_run_is_fenced(make_report, make_result, make_case):
    """Why nothing ran stands above the tasks."""
    missing = make_case(status=CaseStatus.NOT_RUN)
    text = to_markdown.render(make_report(make_result([missing], message="no such name")))
    assert "```text\nno such name\n```\n\n- ❌ Task 1" in text
    assert "… and 1 more cases that did not pass." in text


def test_a_failure_without_a_message_says_so(make_report, make_result, make_case):
    """There is something to read in any case."""
    text = to_markdown.render(make_report(make_result([make_case(status=CaseStatus.ERROR)])))
    assert "```text\nno message\n```" in text


def test_flags_are_shown(make_report, make_result, failed):
    """What the reviewer should see is in the section."""
    text = to_markdown.render(make_report(make_result([failed], flags=("a thread", "a file"))))
    assert "Noticed:\n```text\na thread\na file\n```" in text


def test_an_interrupted_report_says_so(make_report, make_result):
    """Nobody takes a part for the whole."""
    text = to_markdown.render(make_report(make_result(), interrupted=True))
    assert "**Interrupted: only what was done until then is listed.**" in text


HOSTILE = {
    "html": "<img src=x onerror=alert(1)> <!-- <script>",
    "link": "[click](https://evil.example/) <https://evil.example/>",
    "image": "![x](https://evil.example/pixel.png)",
    "reference": "[x]\n\n[x]: https://evil.example/",
    "fence": "```\n</details>\n\n# Forged\n```",
    "long fence": "`" * 50 + "\n</details>\n" + "~" * 60 + "\n# Forged",
    "table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "heading": "# Forged\n\nForged\n===",
    "section": "x\n\n<details>\n\n</details>\n\n# Forged",
    "entity": "&lt;b&gt; &#60;b&#62; &copy;",
    "emphasis": "**bold** _it_ ~~gone~~ `code`",
    "backslash": "\\[click](https://evil.example/) \\",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_hand_in_says_stays_text(make_report, make_result, make_case, text):
    """Messages come back letter by letter, and nothing outside of them changes."""
    case = make_case(status=CaseStatus.FAILED, message=text)
    rendered = to_markdown.render(make_report(make_result([case], message=text, flags=(text,))))
    assert [] == alive(rendered)
    fences = [token.content for token in tokens(rendered) if token.type == "fence"]
    assert [text + "\n"] * 3 == fences
    assert ["Grading report"] == [
        after.content
        for token, after in zip(tokens(rendered), tokens(rendered)[1:], strict=False)
        if token.type == "heading_open"
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_titles_and_requirements_stay_one_inert_line(make_report, make_result, make_case, text):
    """Texts outside of fences are shown as they are read, in one line."""
    case = make_case(id=text, requirement=text, status=CaseStatus.FAILED)
    rendered = to_markdown.render(make_report(make_result([case], title=text)))
    assert [] == alive(rendered)
    kinds = {token.type for token in tokens(rendered)}
    assert {"em_open", "s_open", "blockquote_open"}.isdisjoint(kinds)
    assert 1 == sum(token.type == "heading_open" for token in tokens(rendered))
    rows = [token for token in tokens(rendered) if token.type == "tr_open"]
    assert 2 == len(rows)


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if "://" not in text and "#" not in text])
def test_an_inert_line_reads_as_it_was_written(text):
    """Escapes are for the parser; people see the words."""
    (paragraph,) = [token for token in PARSER.parse(inert(text)) if token.type == "inline"]
    assert " ".join(text.split()) == "".join(child.content for child in paragraph.children)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("@somebody, @some-org/team", r"@\w"),
        ("see #12 and other/project#34", r"#\d"),
        ("see GH-12", r"(?i)gh-\d"),
        ("https://evil.example and ftp://evil.example", r"://"),
        ("www.evil.example, WWW.evil.example", r"(?i)www\."),
        ("somebody@evil.example", r"@\w"),
    ],
)
def test_what_forges_make_of_plain_words_is_broken(text, pattern):
    """Mentions, references and bare addresses link nowhere and notify nobody."""
    assert re.search(pattern, text)
    assert not re.search(pattern, inert(text))
    assert text == re.sub(r"[\u200b\\]", "", inert(text))


@pytest.mark.parametrize("text", ["", "x", "```", "~~~~", "a ```` b", "`" * 9])
def test_a_fence_is_longer_than_any_in_the_text(text):
    """The text cannot close its fence."""
    (token,) = PARSER.parse(fenced(text))
    assert ("fence", "text", f"{text}\n") == (token.type, token.info, token.content)


@pytest.fixture
def long_report(make_report, make_result, make_case):
    """Make a report whose exercises each say this much."""

    def make(message, count):
        case = make_case(status=CaseStatus.FAILED, message=message)
        return make_report(*[make_result([case], slug=f"kata_{n}") for n in range(count)])

    return make


def test_a_long_report_is_cut_between_sections(long_report):
    """The table is whole, sections are whole or absent, and the reader is told."""
    text = to_markdown.render(long_report("x" * 7000, 20))
    assert CHARACTERS - 8000 < len(text) <= CHARACTERS
    assert text.endswith("</details>\n" + CUT)
    assert 8 == text.count("<details>") == text.count("</details>")
    assert 20 == text.count("❌ failed")


def test_a_hand_in_cannot_choose_where_the_report_is_cut(long_report):
    """A message that looks like the beginning of a section is none."""
    text = to_markdown.render(long_report("x\n\n<details>\n" * 600, 20))
    assert text.endswith("</details>\n" + CUT)
    assert [] == alive(text)
    told = [token.content for token in tokens(text) if token.type == "text"]
    assert "The report is longer than fits here. All of it: " in told  # and not a line of somebody's fence


def test_a_report_that_fits_is_not_cut(long_report):
    """The cap is for those who need it."""
    assert CUT not in to_markdown.render(long_report("x" * 7000, 8))


def test_one_section_that_is_too_long_leaves_the_table(long_report):
    """The table is there even if no section fits."""
    text = to_markdown.render(long_report("x" * CHARACTERS, 2))
    assert "<details>" not in text
    assert text.endswith("| B |\n" + CUT)
