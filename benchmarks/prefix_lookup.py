"""How long the prefix cache takes to find what it holds of a long prompt.

Thread: both (pure Python; nothing is computed).
"""

import importlib
import random
import time

NUM_ENTRIES = 500
NUM_ENTRY_TOKENS = 1_904
NUM_PROMPT_TOKENS = 32_000
BLOCK_TOKENS = 16
VOCAB_SIZE = 32_000
SEED = 11


class Block:
    """Stands for keys and values: the cache only asks how large they are."""

    nbytes = 1


def lookup_seconds(num_repetitions: int) -> list[float]:
    """Time of `begin` and `match` for a prompt that is stored among many others.

    Raises:
        ModuleNotFoundError: this Hearth has no prefix cache.
    """
    # By name: the benchmark also runs on versions of Hearth that have none.
    prefix_cache = importlib.import_module("batching.engine.prefix.cache")
    cache = prefix_cache.PrefixCache(
        block_tokens=BLOCK_TOKENS, max_bytes=10**9, needs_snapshots=False
    )
    tokens = random.Random(SEED)

    def write(num_tokens: int) -> tuple[int, ...]:
        return tuple(tokens.randrange(VOCAB_SIZE) for _ in range(num_tokens))

    def store(sequence_id: str, token_ids: tuple[int, ...]) -> None:
        cache.begin(sequence_id, token_ids)
        cache.store(sequence_id, 0, [Block()] * (len(token_ids) // BLOCK_TOKENS))
        cache.release(sequence_id)

    for index in range(NUM_ENTRIES):
        store(f"entry {index}", write(NUM_ENTRY_TOKENS))
    prompt = write(NUM_PROMPT_TOKENS)
    store("long", prompt)
    seconds = []
    for index in range(num_repetitions):
        begun = time.perf_counter()
        cache.begin(f"lookup {index}", prompt)
        found = cache.match(f"lookup {index}")
        seconds.append(time.perf_counter() - begun)
        assert found.num_tokens >= NUM_PROMPT_TOKENS - BLOCK_TOKENS, found.num_tokens
        cache.release(f"lookup {index}")
    return seconds
