"""A node that is no key of the mapping is taken for a node without neighbours.

A misspelt name then looks like a node to which no path leads.

Loses: 1, 3, 4
"""

from collections.abc import Callable, Container, Hashable, Iterable, Mapping

Node = Hashable
Graph = Mapping[Node, Iterable[Node]] | Callable[[Node], Iterable[Node]]

_START = object()  # what a search came from at its first node: no node is this object


class _Search:
    """A search in breadth: it grows from its start by one edge at a time."""

    def __init__(self, ask: Callable[[Node], Iterable[Node]], start: Node) -> None:
        self._ask = ask
        self.came_from: dict[Node, object] = {start: _START}
        self._farthest = [start]

    @property
    def ended(self) -> bool:
        """Whether there is nobody left to ask."""
        return not self._farthest

    def grow(self, goals: Container[Node]) -> list[Node]:
        """Ask all of the farthest nodes, or stop at the first goal that is found and return it in a list."""
        farther = []
        for node in self._farthest:
            for neighbour in self._ask(node):
                if neighbour not in self.came_from:
                    self.came_from[neighbour] = node
                    farther.append(neighbour)
                    if neighbour in goals:
                        return [neighbour]
        self._farthest = farther
        return []

    def way_back(self, node: object) -> list[Node]:
        """Return the nodes from ``node`` back to the start."""
        nodes = []
        while node is not _START:
            nodes.append(node)
            node = self.came_from[node]
        return nodes


def shortest_path(graph: Graph, source: Node, target: Node) -> list[Node] | None:
    """Return the nodes of a shortest path from ``source`` to ``target``, or ``None`` if no path leads there.

    Raises:
        KeyError: ``source`` or ``target`` is no key of a graph that is a mapping.

    """
    search = _Search(_asking(graph, source, target), source)
    if source == target:
        return [source]
    goals = {target}
    while not search.ended:
        if search.grow(goals):
            return search.way_back(target)[::-1]
    return None


def shortest_path_both_ways(
    successors: Graph, predecessors: Graph, source: Node, target: Node
) -> list[Node] | None:
    """Return the nodes of a shortest path from ``source`` to ``target``, searched for from both ends.

    ``predecessors`` is the same graph with all its edges turned round.

    Raises:
        KeyError: ``source`` or ``target`` is no key of a graph that is a mapping.

    """
    ahead = _Search(_asking(successors, source, target), source)
    back = _Search(_asking(predecessors, source, target), target)
    if source == target:
        return [source]
    # Both sides know all nodes up to some distance, d and e, and have no node in common: the path has more
    # than d + e edges. A node that one of them finds next makes a path of d + e + 1, so it cannot be shorter.
    while not ahead.ended and not back.ended:
        # The side that has seen less goes on, so that neither is left behind a search without end.
        if len(ahead.came_from) <= len(back.came_from):
            meeting = ahead.grow(back.came_from)
        else:
            meeting = back.grow(ahead.came_from)
        if meeting:
            return ahead.way_back(meeting[0])[::-1] + back.way_back(meeting[0])[1:]
    return None


def reachable(graph: Graph, source: Node) -> set[Node]:
    """Return all nodes to which a path leads from ``source``, and ``source`` itself.

    Raises:
        KeyError: ``source`` is no key of a graph that is a mapping.

    """
    ask = _asking(graph, source)
    seen, waiting = {source}, [source]
    while waiting:
        for neighbour in ask(waiting.pop()):
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return seen


def find_cycle(graph: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """Return different nodes, each with an edge to the next and the last to the first, or ``None``."""
    _, cycle = _depth_first(graph)
    return cycle


def topological_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Return all nodes, each one before all of its neighbours.

    Raises:
        ValueError: there is a circle, and so no such order.

    """
    done, cycle = _depth_first(graph)
    if cycle:
        raise ValueError(f"there is no order: {cycle} form a circle")
    return done[::-1]


def _depth_first(graph: Mapping[Node, Iterable[Node]]) -> tuple[list[Node], list[Node] | None]:
    """Walk into the depth from every node; return the nodes as they were done, and the first circle, if any.

    A node is done after all of its neighbours.
    """
    done: dict[Node, None] = {}  # a dict for its order and for a quick `in`
    for start in graph:
        if start in done:
            continue
        trail = [start]  # the nodes from the start to here
        left = [iter(graph[start])]  # for each node of the trail, the neighbours that are left
        on_trail = {start}
        while trail:
            for neighbour in left[-1]:
                if neighbour in on_trail:
                    return list(done), trail[trail.index(neighbour) :]
                if neighbour not in done:
                    trail.append(neighbour)
                    left.append(iter(graph[neighbour]))
                    on_trail.add(neighbour)
                    break
            else:
                left.pop()
                node = trail.pop()
                on_trail.remove(node)
                done[node] = None
    return list(done), None


def _asking(graph: Graph, *ends: Node) -> Callable[[Node], Iterable[Node]]:
    """Return the function that gives the neighbours; ``KeyError`` if a mapping lacks one of the ends."""
    if not isinstance(graph, Mapping):
        return graph
    return lambda node: graph.get(node, ())
