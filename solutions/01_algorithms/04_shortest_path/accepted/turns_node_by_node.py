"""Both sides take turns node by node and check what a first meeting is worth; depth with marks on a stack."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

Node = Hashable
Graph = Mapping[Node, Iterable[Node]] | Callable[[Node], Iterable[Node]]


def shortest_path(graph: Graph, source: Node, target: Node) -> list[Node] | None:
    """Search with a queue of paths."""
    ask = _lookup(graph, [source, target])
    if source == target:
        return [source]
    queue, seen = deque([[source]]), {source}
    while queue:
        path = queue.popleft()
        for following in ask(path[-1]):
            if following == target:
                return [*path, following]
            if following not in seen:
                seen.add(following)
                queue.append([*path, following])
    return None


def shortest_path_both_ways(
    successors: Graph, predecessors: Graph, source: Node, target: Node
) -> list[Node] | None:
    """Go on after the first meeting until no shorter path can turn up.

    When the next nodes to be asked are d and e edges away from their ends, all nodes up to there are known,
    so a path that has not been seen yet has more than d + e edges.
    """
    asks = _lookup(successors, [source, target]), _lookup(predecessors, [source, target])
    far = {source: 0}, {target: 0}
    from_where: tuple[dict, dict] = {}, {}
    queues = deque([source]), deque([target])
    shortest, meeting = (0 if source == target else None), source
    turn = 0
    while all(queues):
        if shortest is not None and shortest <= far[0][queues[0][0]] + far[1][queues[1][0]] + 1:
            break
        node = queues[turn].popleft()
        for other in asks[turn](node):
            if other in far[turn]:
                continue
            far[turn][other] = far[turn][node] + 1
            from_where[turn][other] = node
            queues[turn].append(other)
            if other in far[1 - turn]:
                length = far[0][other] + far[1][other]
                if shortest is None or length < shortest:
                    shortest, meeting = length, other
        turn = 1 - turn
    if shortest is None:
        return None
    path = deque([meeting])
    while path[0] in from_where[0]:
        path.appendleft(from_where[0][path[0]])
    while path[-1] in from_where[1]:
        path.append(from_where[1][path[-1]])
    return list(path)


def reachable(graph: Graph, source: Node) -> set[Node]:
    """Walk into the depth with a stack of iterators."""
    ask = _lookup(graph, [source])
    seen = {source}
    stack = [iter(ask(source))]
    while stack:
        for node in stack[-1]:
            if node not in seen:
                seen.add(node)
                stack.append(iter(ask(node)))
                break
        else:
            stack.pop()
    return seen


def find_cycle(graph: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """Follow the walk: a node that is entered while it is open closes a circle."""
    trail: list[Node] = []
    for event, node in _walk(graph):
        if event == "enter":
            trail.append(node)
        elif event == "leave":
            trail.pop()
        else:
            return trail[trail.index(node) :]
    return None


def topological_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Put each node before those that were left before it."""
    order: deque[Node] = deque()
    for event, node in _walk(graph):
        if event == "leave":
            order.appendleft(node)
        elif event == "again":
            raise ValueError(f"{node!r} comes before itself")
    return list(order)


def _walk(graph: Mapping[Node, Iterable[Node]]) -> Iterator[tuple[str, Node]]:
    """Yield what happens on a walk into the depth: nodes are entered, left, or met again while open."""
    white, grey, black = range(3)
    colour = dict.fromkeys(graph, white)
    stack: list[tuple[bool, Node]] = [(False, node) for node in graph]
    while stack:
        leaving, node = stack.pop()
        if leaving:
            colour[node] = black
            yield "leave", node
        elif colour[node] == white:
            colour[node] = grey
            yield "enter", node
            stack.append((True, node))
            for other in graph[node]:
                if colour[other] == grey:
                    yield "again", other
                stack.append((False, other))


def _lookup(graph: Graph, ends: list[Node]) -> Callable[[Node], Iterable[Node]]:
    if not isinstance(graph, Mapping):
        return graph
    if missing := [node for node in ends if node not in graph]:
        raise KeyError(missing[0])
    return graph.__getitem__
