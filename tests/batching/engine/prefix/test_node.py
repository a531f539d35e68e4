"""Digests: the names of blocks outside the process."""

import pytest

from batching.engine.prefix.node import Node, digest_of, next_digest, path_to
from tests.batching.engine.prefix.payload import Payload

PayloadNode = Node[Payload, Payload]


def chain(root_digest: bytes | None, *blocks: tuple[int, ...]) -> PayloadNode:
    """The last node of a path."""
    node: PayloadNode = Node((), None, None, digest=root_digest)
    for tokens in blocks:
        node = Node(tokens, node, Payload(tokens), depth=node.depth + 1)
    return node


def test_a_digest_names_the_block_and_all_before_it() -> None:
    digest = digest_of(chain(b"model", (1, 2), (3, 4)))
    assert digest == digest_of(chain(b"model", (1, 2), (3, 4)))
    assert digest == next_digest(next_digest(b"model", (1, 2)), (3, 4))
    others = [
        chain(b"model", (1, 2), (3, 5)),
        chain(b"model", (1, 3), (3, 4)),
        chain(b"model", (3, 4)),
        chain(b"model", (1, 2, 3, 4)),
        chain(b"other model", (1, 2), (3, 4)),
    ]
    assert digest not in map(digest_of, others)


def test_the_digest_of_a_long_path_needs_no_recursion_and_is_worked_out_once() -> None:
    node = chain(b"model", *[(number, number) for number in range(5000)])
    digest = digest_of(node)
    assert all(each.digest is not None for each in path_to(node))
    assert digest_of(node) is digest


def test_the_root_has_no_digest_of_its_own_and_no_block() -> None:
    with pytest.raises(LookupError, match="root has no digest"):
        digest_of(chain(None, (1, 2)))
    with pytest.raises(LookupError, match="root holds no block"):
        _ = chain(b"model").stored_block
