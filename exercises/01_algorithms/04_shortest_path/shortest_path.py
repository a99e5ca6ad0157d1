"""The shortest path: the tasks are in README.md, beside this file."""

from collections.abc import Callable, Hashable, Iterable, Mapping

Node = Hashable
Graph = Mapping[Node, Iterable[Node]] | Callable[[Node], Iterable[Node]]


def shortest_path(graph: Graph, source: Node, target: Node) -> list[Node] | None:
    """Return the nodes of a shortest path from ``source`` to ``target``, or ``None`` if no path leads there.

    Raises:
        KeyError: ``source`` or ``target`` is no key of a graph that is a mapping.

    """
    raise NotImplementedError("return the nodes of a path with as few edges as possible")


def shortest_path_both_ways(
    successors: Graph, predecessors: Graph, source: Node, target: Node
) -> list[Node] | None:
    """Return the nodes of a shortest path from ``source`` to ``target``, searched for from both ends.

    ``predecessors`` is the same graph with all its edges turned round.

    Raises:
        KeyError: ``source`` or ``target`` is no key of a graph that is a mapping.

    """
    raise NotImplementedError("let a search from source and a search from target meet on a shortest path")


def reachable(graph: Graph, source: Node) -> set[Node]:
    """Return all nodes to which a path leads from ``source``, and ``source`` itself.

    Raises:
        KeyError: ``source`` is no key of a graph that is a mapping.

    """
    raise NotImplementedError("return the set of the nodes that can be reached from source")


def find_cycle(graph: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """Return different nodes, each with an edge to the next and the last to the first, or ``None``."""
    raise NotImplementedError("return the nodes of a circle")


def topological_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Return all nodes, each one before all of its neighbours.

    Raises:
        ValueError: there is a circle, and so no such order.

    """
    raise NotImplementedError("return all nodes, each one before its neighbours")
