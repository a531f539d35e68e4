"""What makes the blocks of two models differ, for caches that outlive a process.

Thread: inference.
"""

import json
from importlib.metadata import version
from pathlib import Path

from batching.engine.model_facts import DtypeName, ModelFacts


def model_fingerprint(
    facts: ModelFacts, *, dtype: DtypeName, adapter_path: Path | None, block_tokens: int
) -> str:
    """A text that is the same only while blocks of the same tokens would be.

    A model of the hub is known by its commit. The weights of a local one are known by the names,
    sizes and times of its files: reading gigabytes at each start would cost more than the cache
    saves.
    """
    return json.dumps(
        {
            "name": facts.name,
            "revision": facts.revision,
            "weights": _stamps(facts.path) if facts.revision is None else [],
            "adapter": _stamps(adapter_path),
            "config": dict(facts.config),
            "dtype": dtype,
            "block_tokens": block_tokens,
            "mlx_lm": version("mlx-lm"),
        },
        sort_keys=True,
        default=str,
    )


def _stamps(folder: Path | None) -> list[tuple[str, int, int]]:
    if folder is None:
        return []
    files = sorted([*folder.glob("*.safetensors"), *folder.glob("adapter_config.json")])
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
