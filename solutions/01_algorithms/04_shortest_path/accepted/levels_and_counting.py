"""Whole levels as sets, layer upon layer; circles and orders by counting the edges into each node."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping

Node = Hashable
Graph = Mapping[Node, Iterable[Node]] | Callable[[Node], Iterable[Node]]


def shortest_path(graph: Graph, source: Node, target: Node) -> list[Node] | None:
    """Remember whole levels with their edges, and go back through them."""
    neighbours = _function(graph, source, target)
    if source == target:
        return [source]
    levels: list[dict[Node, list[Node]]] = []
    level, seen = {source}, {source}
    while level:
        levels.append({})
        following = set()
        for node in level:
            levels[-1][node] = list(neighbours(node))
            if target in levels[-1][node]:
                path = [target]
                for layer in reversed(levels):
                    path.append(next(node for node, near in layer.items() if path[-1] in near))
                return path[::-1]
            following.update(levels[-1][node])
        level = following - seen
        seen |= level
    return None


def shortest_path_both_ways(
    successors: Graph, predecessors: Graph, source: Node, target: Node
) -> list[Node] | None:
    """Let both sides take turns, one whole level each; the side that moved is turned round at the end."""
    near = (_function(successors, source, target), _function(predecessors, source, target))
    if source == target:
        return [source]
    paths = ({source: (source, None)}, {target: (target, None)})  # each node with the linked path to it
    edges = [[source], [target]]
    turn = 0
    while all(edges):
        mine, other = paths[turn], paths[1 - turn]
        edge = []
        for node in edges[turn]:
            for neighbour in near[turn](node):
                if neighbour in mine:
                    continue
                mine[neighbour] = (neighbour, mine[node])
                edge.append(neighbour)
                if neighbour in other:
                    return _unlinked(paths[0][neighbour])[::-1] + _unlinked(paths[1][neighbour])[1:]
        edges[turn] = edge
        turn = 1 - turn
    return None


def reachable(graph: Graph, source: Node) -> set[Node]:
    """Add level upon level."""
    neighbours = _function(graph, source)
    seen, level = set(), {source}
    while level:
        seen |= level
        level = {other for node in level for other in neighbours(node)} - seen
    return seen


def find_cycle(graph: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """Go back from a node without a place in the order: another one without a place is before it."""
    placed = set(_placed(graph))
    before = {}
    for node in graph:
        if node not in placed:
            before |= dict.fromkeys(graph[node], node)
    if len(placed) == len(graph):
        return None
    node = next(node for node in graph if node not in placed)
    trail: dict[Node, None] = {}
    while node not in trail:
        trail[node] = None
        node = before[node]
    nodes = list(trail)
    return nodes[nodes.index(node) :][::-1]


def topological_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Take a node that nobody leads to, again and again."""
    placed = _placed(graph)
    if len(placed) < len(graph):
        raise ValueError("there is a circle")
    return placed


def _placed(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    into = Counter(other for neighbours in graph.values() for other in neighbours)
    placed = [node for node in graph if not into[node]]
    for node in placed:  # grows on the way
        for other in graph[node]:
            into[other] -= 1
            if not into[other]:
                placed.append(other)
    return placed


def _unlinked(link: tuple | None) -> list[Node]:
    nodes = []
    while link is not None:
        node, link = link
        nodes.append(node)
    return nodes


def _function(graph: Graph, *known: Node) -> Callable[[Node], Iterable[Node]]:
    if callable(graph):
        return graph
    for node in known:
        if node not in graph:
            raise KeyError(node)
    return lambda node: graph[node]
