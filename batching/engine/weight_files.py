"""A model's safetensors files, checked by their headers without reading the weights.

Thread: both.

Source: https://github.com/huggingface/safetensors#format
"""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from batching.engine.errors import BrokenModel
from batching.engine.model_facts import DtypeName, WeightFacts

WEIGHT_PATTERN = "model*.safetensors"
"""What mlx-lm reads; other names in the folder are not the model's."""

INDEX_FILE = "model.safetensors.index.json"
LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
FLOAT_NAMES: dict[str, DtypeName] = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}


def check_weight_files(folder: Path) -> WeightFacts:
    """Read every header.

    Raises:
        BrokenModel: there is no weight file, one of the index is missing, or one is truncated.
    """
    files = weight_files(folder)
    if not files:
        raise BrokenModel(
            f"{folder.name} has no {WEIGHT_PATTERN}; use a model in MLX or safetensors format"
        )
    num_by_dtype: Counter[str] = Counter()
    for file in files:
        for tensor in _read_tensors(file):
            num_by_dtype[str(tensor.get("dtype"))] += math.prod(tensor["shape"])
    by_number = [name for name, _ in num_by_dtype.most_common() if name in FLOAT_NAMES]
    return WeightFacts(
        weight_bytes=sum(file.stat().st_size for file in files),
        num_parameters=num_by_dtype.total(),
        dtype=FLOAT_NAMES[by_number[0]] if by_number else None,
    )


def weight_files(folder: Path) -> list[Path]:
    """All weight files; one that the index names must be there.

    Raises:
        BrokenModel: a file of the index is missing.
    """
    found = sorted(folder.glob(WEIGHT_PATTERN))
    missing = _names_in_index(folder) - {file.name for file in found if file.is_file()}
    if missing:
        raise BrokenModel(
            f"{folder.name} lacks {min(missing)} ({len(missing)} of its weight files are missing); "
            "download the model again"
        )
    return found


def _names_in_index(folder: Path) -> set[str]:
    try:
        index = json.loads((folder / INDEX_FILE).read_bytes())
        return set(index["weight_map"].values())
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BrokenModel(f"{INDEX_FILE} is not readable; download the model again") from None


def _read_tensors(file: Path) -> list[dict[str, Any]]:
    """The tensor entries of one header, once they fit the file's size."""
    try:
        size = file.stat().st_size
        header_bytes, header = _read_header(file)
        tensors = [entry for name, entry in header.items() if name != "__metadata__"]
        wanted = LENGTH_BYTES + header_bytes + max(end for *_, end in _offsets(tensors))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BrokenModel(
            f"{file.name} has no readable safetensors header; download the model again"
        ) from None
    if size < wanted:
        raise BrokenModel(
            f"{file.name} is truncated: it has {size} bytes of {wanted}; download the model again"
        )
    return tensors


def _read_header(file: Path) -> tuple[int, dict[str, Any]]:
    with file.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(LENGTH_BYTES), "little")
        if header_bytes > MAX_HEADER_BYTES:
            raise ValueError("no safetensors header is that long")
        header: dict[str, Any] = json.loads(stream.read(header_bytes))
    return header_bytes, header


def _offsets(tensors: list[dict[str, Any]]) -> list[list[int]]:
    return [tensor["data_offsets"] for tensor in tensors]
