"""The suite of the shortest path: for each task fixed examples, then properties, then scale."""

import collections
import functools
import graphlib
import itertools
import random
import sys
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import hypothesis
import pytest
from hypothesis import strategies as st
from shortest_path import find_cycle, reachable, shortest_path, shortest_path_both_ways, topological_order

ODDITIES = [None, 0, "", (), False, frozenset(), -1.5, "a"]  # False is left out where 0 is a node
LONG = 100_000
FLAT = 50
SMALL_GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size).map(
        lambda rows: dict(enumerate(rows))
    )
)


class GivenUp(Exception):
    """What the suite raises in a search that would not end, or not in time."""


class Asked:
    """A neighbour function that notes whom it is asked about, and gives up after ``limit`` questions."""

    def __init__(self, neighbours: Callable[[object], Iterable[object]], limit: int = 20_000) -> None:
        self.neighbours = neighbours
        self.limit = limit
        self.nodes: list[object] = []

    def __call__(self, node: object) -> Iterable[object]:
        self.nodes.append(node)
        if len(self.nodes) > self.limit:
            raise GivenUp(f"the suite gave up: more than {self.limit:,} questions")
        return self.neighbours(node)

    def most(self) -> int:
        """Return how often the node was asked about that was asked about most often."""
        return max(collections.Counter(self.nodes).values(), default=0)


class Watched(Sequence):
    """Neighbours that count how often they are read and notice when the call stack is deep."""

    base: types.FrameType | None = None

    def __init__(self, nodes: Sequence[object], most: int) -> None:
        self.nodes = nodes
        self.most = most
        self.reads = 0

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index):
        return self.nodes[index]

    def __iter__(self) -> Iterator[object]:
        self.reads += 1
        if self.reads > self.most:
            raise GivenUp(f"the suite gave up: neighbours were read {self.reads} times")
        frame = sys._getframe()
        for _ in range(FLAT + 3):  # this call and the lambda of the check are not the hand-in's
            frame = frame.f_back
            if frame is None or frame is Watched.base:
                return iter(self.nodes)
        raise GivenUp(f"the suite gave up: more than {FLAT} calls were open")


@pytest.fixture
def watched(monkeypatch) -> Callable[..., dict[object, Watched]]:
    """Return a function that gives a graph of ``Watched`` neighbours; calls are counted from the test's."""

    def watch(graph: Mapping[object, Sequence[object]], most: int) -> dict[object, Watched]:
        monkeypatch.setattr(Watched, "base", sys._getframe(1))
        return {node: Watched(neighbours, most) for node, neighbours in graph.items()}

    return watch


def turned_round(graph: Mapping[object, Iterable[object]]) -> dict[object, list[object]]:
    """Return the graph with all edges in the other direction."""
    turned = {node: [] for node in graph}
    for node, neighbours in graph.items():
        for neighbour in neighbours:
            turned[neighbour].append(node)
    return turned


def distances(neighbours: Callable[[object], Iterable[object]], source: object, most: int = 99) -> dict:
    """Return how many edges away from ``source`` each node is, up to ``most``: the suite's own count."""
    found, edge = {source: 0}, {source}
    for distance in range(1, most + 1):
        edge = {other for node in edge for other in neighbours(node)} - found.keys()
        found |= dict.fromkeys(edge, distance)
    return found


def among(node: object, nodes: Iterable[object]) -> bool:
    """Tell whether a node that came back is one of the suite's nodes, whatever its ``==`` says."""
    return any(type(node) is type(other) and node == other for other in nodes)


def is_path(check, graph, source, target, edges, action, call) -> None:
    """Require that the action returns a path with this number of edges; ``None``: that there is no path."""
    if edges is None:
        check.returns(None, action, call)
        return
    got = outcome(action)
    check.that(type(got) is list, call, f"a list of {edges + 1} nodes", got)
    check.equal(edges + 1, len(got), f"len({call}), which is {got!r:.200}")
    check.that(among(got[0], [source]), f"{call}[0]", repr(source), got)
    for number, (node, following) in enumerate(itertools.pairwise(got)):
        steps = list(graph(node))
        check.that(among(following, steps), f"{call}[{number + 1}]", f"one of {steps!r}, after {node!r}", got)
    check.that(among(got[-1], [target]), f"{call}[-1]", repr(target), got)


class Raised:
    """An exception as a value, so that a check can show it in place of a result."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"it raised {type(self.error).__name__}: {self.error}"


def outcome(action: Callable[[], object]) -> object:
    """Return what the action returns, or what it raised as a value."""
    try:
        return action()
    except Exception as error:
        return Raised(error)


def grid(node: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the four neighbours in a plane without end."""
    x, y = node
    return [(x - 1, y), (x, y - 1), (x, y + 1), (x + 1, y)]


def line(node: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the one neighbour in a line without end."""
    return [(node[0] + 1, 0)]


def tree(word: str) -> list[str]:
    """Return the three neighbours in a tree without end: a letter less, or another letter more."""
    return [*[word[:-1]][: len(word)], *(word + letter for letter in "abc" if not word.endswith(letter))]


def up(node: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Return the three neighbours in a space without end in which one number grows at each step."""
    x, y, z = node
    return [(x + 1, y, z), (x, y + 1, z), (x, y, z + 1)]


def down(node: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Return the neighbours of ``up``, backwards."""
    x, y, z = node
    return [(x - 1, y, z), (x, y - 1, z), (x, y, z - 1)]


def diamonds(count: int) -> dict[str, list[str]]:
    """Return a row of diamonds: 2 ** count paths lead from its first to its last node."""
    graph = {f"{count}": []}
    for number in range(count):
        graph |= {f"{number}": [f"{number}a", f"{number}b"]}
        graph |= {f"{number}{side}": [f"{number + 1}"] for side in "ab"}
    return graph


@functools.cache
def chain() -> dict[int, list[int]]:
    """Return 100,000 nodes in one long chain."""
    return {number: [number + 1] * (number < LONG - 1) for number in range(LONG)}


# --- 1. A shortest path -----------------------------------------------------------------------------------

TOWN = {
    "station": ["market", "bridge"],
    "market": ["station", "church", "market"],
    "bridge": ["mill", "mill", "church"],
    "church": ["school"],
    "mill": ["school", "station"],
    "school": ["harbour"],
    "harbour": [],
    "island": ["harbour"],
}


@pytest.mark.task(1)
def test_a_town(check):
    """The result is a list of the nodes of a path with as few edges as possible."""
    for source, target, edges in [
        ("station", "bridge", 1),
        ("station", "school", 3),
        ("station", "harbour", 4),
        ("mill", "church", 3),
        ("island", "harbour", 1),
    ]:
        call = f"shortest_path(town, {source!r}, {target!r})"
        is_path(
            check, TOWN.get, source, target, edges, lambda s=source, t=target: shortest_path(TOWN, s, t), call
        )


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("market", "market", ["market"]),
        ("harbour", "harbour", ["harbour"]),
        ("harbour", "station", None),
        ("station", "island", None),
    ],
)
def test_no_way_and_no_need_of_one(check, source, target, expected):
    """From a node to itself the path is that node alone; where no path leads, the result is None."""
    check.returns(
        expected, lambda: shortest_path(TOWN, source, target), f"shortest_path(town, {source!r}, {target!r})"
    )


@pytest.mark.task(1)
def test_kinds_of_mappings(check):
    """Any mapping will do, and any collection of neighbours."""
    for wrap in (types.MappingProxyType, collections.UserDict, collections.ChainMap):
        for collect in (tuple, set, dict.fromkeys):
            town = wrap({node: collect(neighbours) for node, neighbours in TOWN.items()})
            call = f"shortest_path({wrap.__name__}(town), 'station', 'harbour')"
            action = functools.partial(shortest_path, town, "station", "harbour")
            is_path(check, TOWN.get, "station", "harbour", 4, action, call)


@pytest.mark.task(1)
def test_nodes_of_any_kind(check):
    """A node may be None, 0 or an empty text: it is on the path like any other."""
    nodes = [node for node in ODDITIES if node is not False]
    graph = {node: [following] for node, following in itertools.pairwise(nodes)} | {nodes[-1]: []}
    for start in range(len(nodes)):
        call = f"shortest_path({graph}, {nodes[start]!r}, {nodes[-1]!r})"
        check.returns(nodes[start:], lambda start=start: shortest_path(graph, nodes[start], nodes[-1]), call)
        call = f"shortest_path({graph}, {nodes[0]!r}, {nodes[start]!r})"
        check.returns(nodes[: start + 1], lambda end=start: shortest_path(graph, nodes[0], nodes[end]), call)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("source", "target"), [("moon", "church"), ("church", "moon"), ("moon", "moon")], ids=str
)
def test_unknown_nodes(check, source, target):
    """A source or target that is no key is a KeyError, and a defaultdict does not get it as a key."""
    for town in (TOWN, collections.defaultdict(list, TOWN)):
        name = type(town).__name__
        call = f"shortest_path({name}(town), {source!r}, {target!r})"
        check.raises(KeyError, lambda town=town: shortest_path(town, source, target), call)
        check.equal(list(TOWN), list(town), f"list(town) after {call}")


@pytest.mark.task(1)
def test_graphs_are_left_alone(check):
    """A search does not change the graph."""
    town = collections.defaultdict(list, {node: list(neighbours) for node, neighbours in TOWN.items()})
    call = "shortest_path(town, 'station', 'island')"
    check.returns(None, lambda: shortest_path(town, "station", "island"), call)
    check.equal(TOWN, dict(town), f"town after {call}")


@pytest.mark.task(1)
@hypothesis.settings(max_examples=80)
@hypothesis.given(SMALL_GRAPHS)
def test_every_pair_of_a_small_graph(check, graph):
    """In small graphs, each pair of nodes has a path of the right length, or none."""
    for source in graph:
        edges = distances(graph.get, source, len(graph))
        for target in graph:
            call = f"shortest_path({graph}, {source}, {target})"
            action = functools.partial(shortest_path, graph, source, target)
            is_path(check, graph.get, source, target, edges.get(target), action, call)


# --- 2. Graphs without end --------------------------------------------------------------------------------


@pytest.mark.task(2)
@pytest.mark.parametrize(
    ("neighbours", "source", "target", "edges"),
    [(grid, (0, 0), (9, -8), 17), (tree, "ab", "cabcbac", 9), (up, (0, 0, 0), (3, 5, 4), 12)],
    ids=["plane", "tree", "space"],
)
def test_searches_without_end(check, neighbours, source, target, edges):
    """In a graph without end, only nodes that are nearer than the target are asked about, and only once."""
    graph = Asked(neighbours, limit=2_000)
    call = f"shortest_path({neighbours.__name__}, {source!r}, {target!r})"
    is_path(check, neighbours, source, target, edges, lambda: shortest_path(graph, source, target), call)
    nearer = distances(neighbours, source, edges - 1)
    strangers = [node for node in graph.nodes if node not in nearer]
    check.equal(
        [], strangers, f"nodes that were asked about and are not nearer than {edges} edges, in {call}"
    )
    check.equal(1, graph.most(), f"how often a node was asked about in {call}")


@pytest.mark.task(2)
def test_many_ways_to_a_node(check):
    """A node to which many ways lead is asked about once."""
    row = diamonds(30)
    for target, expected in (("30", 60), ("nowhere", None)):
        graph = Asked(row.get, limit=2_000)
        call = f"shortest_path(30 diamonds in a row, '0', {target!r})"
        is_path(
            check, row.get, "0", target, expected, lambda g=graph, t=target: shortest_path(g, "0", t), call
        )
        check.equal(1, graph.most(), f"how often a node was asked about in {call}")


@pytest.mark.task(2)
def test_a_part_without_a_way_out(check):
    """If the target cannot be reached, each node that can be reached is asked about once."""
    graph = Asked(lambda number: [number * 7 % 31, number * 3 % 31], limit=200)
    call = "shortest_path(number -> [number * 7 % 31, number * 3 % 31], 1, 0)"
    check.returns(None, lambda: shortest_path(graph, 1, 0), call)
    check.equal(list(range(1, 31)), sorted(graph.nodes), f"nodes that were asked about in {call}")


@pytest.mark.task(2)
@pytest.mark.parametrize("node", [5, None])
def test_no_way_to_go(check, node):
    """If source and target are the same node, nothing is asked."""
    graph = Asked(lambda _: [node, 1])
    call = f"shortest_path(graph, {node}, {node})"
    check.returns([node], lambda: shortest_path(graph, node, node), call)
    check.equal([], graph.nodes, f"nodes that were asked about in {call}")


@pytest.mark.task(2)
def test_answers_that_can_be_read_once(check):
    """The neighbours may come from an iterator that is read once, with doubles and the node itself."""
    graph = Asked(lambda n: iter([n, n + 1, 2 * n, n + 1]), limit=500)
    check.returns([1, 2, 4, 8, 16, 17], lambda: shortest_path(graph, 1, 17), "shortest_path(graph, 1, 17)")


@pytest.mark.task(2)
def test_questions_that_fail(check):
    """An exception of the function reaches the caller."""

    def offline(node):
        if node == "b":
            raise ConnectionError("the line is down")
        return ["b", "c"]

    check.raises(
        ConnectionError, lambda: shortest_path(offline, "a", "z"), "shortest_path(offline, 'a', 'z')"
    )


# --- 3. From both ends ------------------------------------------------------------------------------------


@pytest.mark.task(3)
@hypothesis.settings(max_examples=60)
@hypothesis.given(SMALL_GRAPHS)
def test_both_ways_in_small_graphs(check, graph):
    """In small graphs, each pair of nodes has a path of the right length, or none, along the edges."""
    back = turned_round(graph)
    for source in graph:
        edges = distances(graph.get, source, len(graph))
        for target in graph:
            call = f"shortest_path_both_ways({graph}, {back}, {source}, {target})"
            action = functools.partial(shortest_path_both_ways, graph, back, source, target)
            is_path(check, graph.get, source, target, edges.get(target), action, call)


@pytest.mark.task(3)
@pytest.mark.parametrize("edges", [3, 4, 5, 6])
def test_two_ways_of_nearly_the_same_length(check, edges):
    """Of two ways, one of them an edge longer, the shorter one is found, whichever is seen first."""
    short = ["start", *(f"s{number}" for number in range(1, edges)), "end"]
    long = ["start", *(f"l{number}" for number in range(1, edges + 1)), "end"]
    orders = [(short, long), (long, short)]
    for ahead, behind in itertools.product(orders, orders):
        graph, back = ({node: [] for node in [*short, *long]} for _ in range(2))
        for way in ahead:
            for node, following in itertools.pairwise(way):
                graph[node].append(following)
        for way in behind:
            for node, following in itertools.pairwise(way):
                back[following].append(node)
        call = f"shortest_path_both_ways({graph}, {back}, 'start', 'end')"
        action = functools.partial(shortest_path_both_ways, graph, back, "start", "end")
        check.returns(short, action, call)


@pytest.mark.task(3)
def test_meetings(check):
    """The two sides meet on a shortest path, not only on some path."""
    draw = random.Random(5)
    for _ in range(30):
        graph = {node: draw.sample(range(24), draw.choice([1, 1, 2, 3])) for node in range(24)}
        back = turned_round(graph)
        edges_to = distances(graph.get, 0)
        for target in range(1, 24):
            call = f"shortest_path_both_ways({graph}, {back}, 0, {target})"
            action = functools.partial(shortest_path_both_ways, graph, back, 0, target)
            is_path(check, graph.get, 0, target, edges_to.get(target), action, call)


@pytest.mark.task(3)
def test_both_ways_with_nodes_of_any_kind(check):
    """A node may be None, 0 or an empty text, also where the two sides meet, and at the ends."""
    nodes = [node for node in ODDITIES if node is not False]
    graph = {node: [following] for node, following in itertools.pairwise(nodes)} | {nodes[-1]: []}
    back = turned_round(graph)
    for first, last in itertools.combinations_with_replacement(range(len(nodes)), 2):
        call = f"shortest_path_both_ways({graph}, {back}, {nodes[first]!r}, {nodes[last]!r})"
        action = functools.partial(shortest_path_both_ways, graph, back, nodes[first], nodes[last])
        check.returns(nodes[first : last + 1], action, call)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("source", "target"), [("moon", "church"), ("church", "moon"), ("moon", "moon")], ids=str
)
def test_unknown_ends(check, source, target):
    """A source or target that is no key of a mapping is a KeyError, also if the other graph is a function."""
    back = turned_round(TOWN)

    def asked(node):
        return back.get(node, [])

    for one, other in ((TOWN, back), (TOWN, asked), (asked, collections.defaultdict(list, TOWN))):
        kinds = f"{type(one).__name__}, {type(other).__name__}"
        call = f"shortest_path_both_ways({kinds}, {source!r}, {target!r})"
        action = functools.partial(shortest_path_both_ways, one, other, source, target)
        check.raises(KeyError, action, call)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("ahead", "behind", "source", "target", "edges"),
    [
        (grid, grid, (0, 0), (9, -8), 17),
        (tree, tree, "abab", "cabcbac", 11),
        (tree, tree, "", "abcbacabcbac", 12),
        (up, down, (0, 0, 0), (6, 7, 5), 18),
        (tree, tree, "ba", "ba", 0),
    ],
    ids=["plane", "tree, 11", "tree, 12", "space", "the same node"],
)
def test_half_the_way(check, ahead, behind, source, target, edges):
    """Neither side asks about a node that is more than half of the way from its end, and about none twice."""
    half = (edges + 1) // 2
    call = f"shortest_path_both_ways({ahead.__name__}, {behind.__name__}, {source!r}, {target!r})"
    graph, back = Asked(ahead, limit=3_000), Asked(behind, limit=3_000)
    action = functools.partial(shortest_path_both_ways, graph, back, source, target)
    is_path(check, ahead, source, target, edges, action, call)
    for side, near in ((graph, distances(ahead, source, half)), (back, distances(behind, target, half))):
        name = "successors" if side is graph else "predecessors"
        strangers = [node for node in side.nodes if node not in near]
        check.equal([], strangers, f"nodes more than {half} edges away that {name} was asked about in {call}")
        check.equal(min(edges, 1), side.most(), f"how often {name} was asked about a node in {call}")


@pytest.mark.task(3)
@pytest.mark.parametrize("large", [grid, line], ids=["plane", "line"])
def test_one_side_without_end(check, large):
    """If one side has nobody left to ask, there is no path, even if the other side goes on for ever."""

    def small(number):
        return range(number + 1, 12) if number < 4 else []

    names = f"{large.__name__} goes on for ever and small(n) = range(n + 1, 12) if n < 4 else []"
    graph, back = Asked(small, limit=2_000), Asked(large, limit=2_000)
    call = f"shortest_path_both_ways(small, {large.__name__}, 0, (5, 0)), where {names}"
    check.returns(None, lambda: shortest_path_both_ways(graph, back, 0, (5, 0)), call)
    graph, back = Asked(large, limit=2_000), Asked(small, limit=2_000)
    call = f"shortest_path_both_ways({large.__name__}, small, (5, 0), 0), where {names}"
    check.returns(None, lambda: shortest_path_both_ways(graph, back, (5, 0), 0), call)


# --- 4. What can be reached -------------------------------------------------------------------------------


@pytest.mark.task(4)
def test_reach_in_a_town(check):
    """The result is the set of all nodes to which a path leads, the source included."""
    for source, expected in [
        ("island", {"island", "harbour"}),
        ("harbour", {"harbour"}),
        ("mill", set(TOWN) - {"island"}),
        ("church", {"church", "school", "harbour"}),
    ]:
        graph = Asked(TOWN.get)
        call = f"reachable(town, {source!r})"
        check.returns(expected, functools.partial(reachable, TOWN, source), call)
        check.returns(expected, functools.partial(reachable, graph, source), f"{call}, with a function")
        check.equal(sorted(expected), sorted(graph.nodes), f"nodes that were asked about in {call}")


@pytest.mark.task(4)
def test_reach_of_an_unknown_node(check):
    """A source that is no key of a mapping is a KeyError."""
    for town in (TOWN, collections.defaultdict(list, TOWN)):
        call = f"reachable({type(town).__name__}(town), 'moon')"
        check.raises(KeyError, lambda town=town: reachable(town, "moon"), call)
        check.equal(list(TOWN), list(town), f"list(town) after {call}")


@pytest.mark.task(4)
def test_reach_with_many_ways(check):
    """The neighbours of a node are asked for once, however many ways lead to it."""
    row = diamonds(30)
    graph = Asked(lambda node: iter(row[node] * 2), limit=2_000)
    check.returns(set(row), lambda: reachable(graph, "0"), "reachable(30 diamonds in a row, '0')")
    check.equal(1, graph.most(), "how often a node was asked about in reachable(30 diamonds in a row, '0')")


@pytest.mark.task(4)
def test_reach_along_a_chain(check, watched):
    """A chain of 100,000 nodes is walked with a flat call stack, and the recursion limit is left alone."""
    graph = watched(chain(), most=1)
    limit = sys.getrecursionlimit()
    got = outcome(lambda: reachable(graph, 3))
    check.equal(limit, sys.getrecursionlimit(), "sys.getrecursionlimit() after reachable(chain, 3)")
    check.that(type(got) is set, "reachable(chain, 3)", "a set", got)
    check.that(got == set(range(3, LONG)), "reachable(chain, 3)", f"all numbers from 3 to {LONG - 1}", got)


# --- 5. Circles, and what comes first ---------------------------------------------------------------------


def is_cycle(check, graph: Mapping[object, Collection[object]], action, call) -> None:
    """Require that the action returns a list of different nodes that form a circle."""
    got = outcome(action)
    check.that(type(got) is list and len(got) > 0, call, "a list of nodes", got)
    for number, node in enumerate(got):
        check.that(among(node, graph), f"{call}[{number}]", "a node of the graph", got)
    check.equal(len(got), len(set(got)), f"the number of different nodes in {got!r:.200}")
    for node, following in itertools.pairwise([*got, got[0]]):
        steps = list(graph[node])
        check.that(among(following, steps), call, f"an edge from {node!r} to one of {steps!r}", got)


def is_order(check, graph: Mapping[object, Collection[object]], action, call) -> None:
    """Require that the action returns all nodes, each before its neighbours."""
    got = outcome(action)
    check.that(type(got) is list, call, "a list of nodes", got)
    check.equal(len(graph), len(got), f"len({call}), which is {got!r:.200}")
    for node in got:
        check.that(among(node, graph), call, "nodes of the graph", got)
    place = {node: number for number, node in enumerate(got)}
    check.equal(len(graph), len(place), f"the number of different nodes in {got!r:.200}")
    for node, neighbours in graph.items():
        for neighbour in neighbours:
            check.that(place[node] < place[neighbour], call, f"{node!r} before {neighbour!r}", got)


CIRCLES = [
    {"a": ["b"], "b": ["b"]},
    {0: [1], 1: [0]},
    {"x": ["a"], "a": ["b", "e"], "b": ["c"], "c": ["d"], "d": ["b"], "e": []},
    {1: [], 2: [1], 3: [1, 2], 4: [5], 5: [6], 6: [3, 4]},
    {None: [""], "": [0, "end"], 0: [None], "end": []},
    {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"], "e": ["c"]},
]
STRAIGHT = [
    {},
    {"b": [], "a": []},
    {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []},
    {"a": ["d", "b"], "b": ["c"], "c": ["d"], "d": []},
    {"a": ["b", "b"], "b": []},
    {0: [], None: [0], "": [None, 0]},
    {3: [1], 1: [2], 2: [], 4: [1, 3]},
]


@pytest.mark.task(5)
def test_circles(check):
    """A circle is found wherever it is, and then there is no order, which is a ValueError."""
    for graph in CIRCLES:
        is_cycle(check, graph, functools.partial(find_cycle, graph), f"find_cycle({graph})")
        check.raises(ValueError, functools.partial(topological_order, graph), f"topological_order({graph})")


@pytest.mark.task(5)
def test_no_circle(check):
    """Without a circle, the result is None: two ways to a node, or two edges, are no circle."""
    for graph in STRAIGHT:
        check.returns(None, functools.partial(find_cycle, graph), f"find_cycle({graph})")


@pytest.mark.task(5)
def test_orders(check):
    """The order has all nodes, each one before all of its neighbours."""
    for graph in STRAIGHT:
        is_order(check, graph, functools.partial(topological_order, graph), f"topological_order({graph})")


@pytest.mark.task(5)
@hypothesis.settings(max_examples=100)
@hypothesis.given(SMALL_GRAPHS)
def test_circle_or_order(check, graph):
    """Every small graph has either a circle or an order."""
    circular = any(
        node in distances(graph.get, neighbour, len(graph)) for node in graph for neighbour in graph[node]
    )
    if circular:
        is_cycle(check, graph, lambda: find_cycle(graph), f"find_cycle({graph})")
        check.raises(ValueError, lambda: topological_order(graph), f"topological_order({graph})")
    else:
        check.returns(None, lambda: find_cycle(graph), f"find_cycle({graph})")
        is_order(check, graph, lambda: topological_order(graph), f"topological_order({graph})")


@pytest.mark.task(5)
def test_neighbours_are_read_a_few_times(check, watched):
    """The neighbours of each node are read at most four times in one call."""
    star = {0: list(range(1, 500)), **{node: [] for node in range(1, 500)}}
    for name, plain in (("40 diamonds in a row", diamonds(40)), ("a star of 500 nodes", star)):
        graph = watched(plain, most=4)
        check.returns(None, functools.partial(find_cycle, graph), f"find_cycle({name})")
        graph = watched(plain, most=4)
        is_order(check, plain, functools.partial(topological_order, graph), f"topological_order({name})")


@pytest.mark.task(5)
def test_circle_along_a_chain(check, watched):
    """The circle of a chain of 100,000 nodes is found with a flat call stack."""
    graph = watched(chain() | {LONG - 1: [7]}, most=4)
    limit = sys.getrecursionlimit()
    got = outcome(lambda: find_cycle(graph))
    call = "find_cycle(a chain of 100,000 with an edge back to 7)"
    check.equal(limit, sys.getrecursionlimit(), f"sys.getrecursionlimit() after {call}")
    check.that(type(got) is list, call, "a list of nodes", got)
    check.equal(LONG - 7, len(got), f"len({call})")
    turn = got.index(7) if 7 in got else 0
    check.that(
        got[turn:] + got[:turn] == list(range(7, LONG)), call, "the numbers from 7 on, in a circle", got
    )


@pytest.mark.task(5)
def test_order_along_a_chain(check, watched):
    """The order of a chain of 100,000 nodes is found with a flat call stack."""
    graph = watched(chain(), most=4)
    limit = sys.getrecursionlimit()
    check.returns(
        list(range(LONG)), lambda: topological_order(graph), "topological_order(a chain of 100,000)"
    )
    check.equal(limit, sys.getrecursionlimit(), "sys.getrecursionlimit() after topological_order(a chain)")


@pytest.mark.task(5)
def test_without_graphlib(check, monkeypatch):
    """Circle and order are your own work, not that of graphlib."""

    def refuse(*_, **__):
        raise GivenUp("graphlib is not allowed here")

    monkeypatch.setattr(graphlib.TopologicalSorter, "__init__", refuse)
    check.returns(
        ["a", "b", "c"], lambda: topological_order({"b": "c", "c": "", "a": "b"}), "topological_order"
    )
    is_cycle(check, {"a": "b", "b": "a"}, lambda: find_cycle({"a": "b", "b": "a"}), "find_cycle")
