"""The eviction queue against sorting, and how large it may grow."""

from hypothesis import given
from hypothesis import strategies as st

from batching.engine.prefix.eviction import HOT_TICKS, MIN_STALE, EvictionQueue
from batching.engine.prefix.node import Node
from tests.batching.engine.prefix.payload import Payload

Queue = EvictionQueue[Payload, Payload]


def make_node(number: int, *, is_hot: bool = False) -> Node[Payload, Payload]:
    return Node((number,), None, Payload((number,)), is_hot=is_hot)


def pop_all(queue: Queue) -> list[int]:
    numbers = []
    while (node := queue.pop()) is not None:
        numbers.append(node.tokens[0])
    return numbers


def test_the_least_recently_used_comes_first_and_equals_in_order_of_arrival() -> None:
    queue: Queue = EvictionQueue()
    for number, last_used in enumerate([5, 3, 5, 4]):
        queue.put(make_node(number), last_used)
    assert pop_all(queue) == [1, 3, 0, 2]


def test_a_hot_node_comes_last_until_it_was_not_used_for_long() -> None:
    queue: Queue = EvictionQueue()
    queue.put(make_node(0, is_hot=True), 1)
    queue.put(make_node(1), HOT_TICKS)
    queue.put(make_node(2), HOT_TICKS + 2)
    assert pop_all(queue) == [1, 0, 2]


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 20)))))
def test_only_the_last_place_of_a_node_counts(events: list[tuple[int, int | None]]) -> None:
    """An event puts a node at a tick, or takes it out."""
    queue: Queue = EvictionQueue()
    nodes = [make_node(number) for number in range(10)]
    places: dict[int, tuple[int, int]] = {}
    for arrival, (number, last_used) in enumerate(events):
        if last_used is None:
            queue.discard(nodes[number])
            places.pop(number, None)
        else:
            queue.put(nodes[number], last_used)
            places[number] = (last_used, arrival)
    assert len(queue) == len(places)
    assert pop_all(queue) == sorted(places, key=lambda number: places[number])
    assert len(queue) == 0


def test_stale_places_do_not_pile_up_in_a_cache_that_never_evicts() -> None:
    queue: Queue = EvictionQueue()
    node = make_node(0)
    for tick in range(10_000):
        queue.put(node, tick)
    assert queue.num_entries <= 2 + MIN_STALE
    assert pop_all(queue) == [0]
