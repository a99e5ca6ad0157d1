"""Small mistakes in files that are no Python: drop, swap or weaken one instruction."""

import itertools
import json
import re
from collections.abc import Iterator, Sequence

import yaml

from grader.proof.mutants import Change

Edit = tuple[str, int, int, str]
"""The name of the operator, the first and the last character (exclusive) of what is replaced, by what."""
PINNED = re.compile(r"^([\w.-]+/[\w./-]+)@\S+$")
FLIPPED = {"true": "false", "false": "true"}


def changes(text: str, kind: str) -> Iterator[Change]:
    """Yield all changes of a text.

    Args:
        text: the file.
        kind: ``lines`` (one instruction each), ``docker`` or ``yaml``.

    """
    makers = {"lines": _lines, "docker": _docker, "yaml": _yaml}
    for operator, start, end, new in makers[kind](text):
        line = text.count("\n", 0, start) + 1
        before, after = (" ⏎ ".join(part.split("\n")).strip() for part in (text[start:end], new))
        yield Change(
            operator=operator, line=line, before=before, after=after, text=text[:start] + new + text[end:]
        )


def _lines(text: str) -> Iterator[Edit]:
    """Drop each line, and swap each with the next."""
    yield from _dropped_and_swapped(text, list(_spans(text, continued="")))


def _docker(text: str) -> Iterator[Edit]:
    """Drop each instruction, swap neighbours, and take from each what makes it strict."""
    spans = list(_spans(text, continued="\\"))
    yield from _dropped_and_swapped(text, spans)
    for start, end in spans:
        instruction = text[start:end]
        name, _, rest = instruction.partition(" ")
        for flag in re.finditer(r"--[a-z-]+(=\S+)? +", rest):
            yield "WithoutFlag", start, end, f"{name} {rest[: flag.start()]}{rest[flag.end() :]}"
        if name == "FROM":
            yield "WithoutVersion", start, end, re.sub(r"(FROM \S+?)[:@]\S+", r"\1", instruction)
        if name == "USER":
            yield "AsRoot", start, end, "USER root\n"
        if name in ("CMD", "ENTRYPOINT") and rest.lstrip().startswith("["):
            yield "ShellForm", start, end, f"{name} {' '.join(json.loads(rest))}\n"
        if name == "RUN":
            parts = re.split(r"\s*(?:\\\n\s*)?&&\s*", rest.rstrip("\n"))
            for number in range(len(parts) if len(parts) > 1 else 0):
                yield (
                    "WithoutCommand",
                    start,
                    end,
                    f"RUN {' && '.join(parts[:number] + parts[number + 1 :])}\n",
                )


def _spans(text: str, continued: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the instructions; one that ends in ``continued`` goes on in the next line."""
    place = begin = 0
    inside = False
    for line in text.splitlines(keepends=True):
        begin, place = (begin if inside else place), place + len(line)
        comment = line.lstrip().startswith("#")
        if inside and comment:
            continue
        inside = bool(continued) and not comment and line.rstrip().endswith(continued)
        if not inside and line.strip() and not comment:
            yield begin, place


def _dropped_and_swapped(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Edit]:
    for start, end in spans:
        yield "Drop", start, end, ""
    for (start, end), (following, last) in itertools.pairwise(spans):
        yield "Swap", start, last, text[following:last] + text[end:following] + text[start:end]


def _yaml(text: str) -> Iterator[Edit]:
    """Drop each pair and each item, flip what is true or false, unpin, and let commands fail unheard."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            yield from _dropped(
                text, node, [(key.start_mark.index, _end(text, value)) for key, value in node.value]
            )
            waiting += [value for _, value in node.value]
            yield from _unheard(text, node)
        elif isinstance(node, yaml.SequenceNode):
            yield from _dropped(
                text, node, [(_begin(text, node, item), _end(text, item)) for item in node.value]
            )
            waiting += node.value
        elif isinstance(node, yaml.ScalarNode):
            yield from _weakened(node)


def _dropped(text: str, node: yaml.CollectionNode, spans: Sequence[tuple[int, int]]) -> Iterator[Edit]:
    """Drop each of the members; of the last one, what parts it from the one before goes, too."""
    if len(spans) == 1:
        empty = "{}" if isinstance(node, yaml.MappingNode) else "[]"
        yield "Drop", node.start_mark.index if node.flow_style else spans[0][0], _end(text, node), empty
        return
    for number, (start, end) in enumerate(spans):
        if number + 1 < len(spans):
            yield "Drop", start, spans[number + 1][0], ""
        else:
            yield "Drop", spans[number - 1][1], end, ""


def _unheard(text: str, node: yaml.MappingNode) -> Iterator[Edit]:
    for key, value in node.value:
        if key.value == "run":
            end = _end(text, value)
            yield "Unheard", end, end, " || true"


def _weakened(node: yaml.ScalarNode) -> Iterator[Edit]:
    start, end = node.start_mark.index, node.end_mark.index
    if node.value in FLIPPED and node.style is None:
        yield "Flip", start, end, FLIPPED[node.value]
    if pinned := PINNED.match(node.value):
        yield "Unpin", start, end, f"{pinned[1]}@main"


def _begin(text: str, sequence: yaml.SequenceNode, item: yaml.Node) -> int:
    """Return where an item begins; in block style that is its dash."""
    start: int = item.start_mark.index
    return start if sequence.flow_style else text.rindex("-", 0, start)


def _end(text: str, node: yaml.Node) -> int:
    """Return where a node ends; the mark of a block stands at the beginning of what comes next."""
    start: int = node.start_mark.index
    kept = re.sub(r"(\s|(?<=\n)[ \t]*#[^\n]*)+\Z", "", text[start : node.end_mark.index])
    return start + len(kept)
