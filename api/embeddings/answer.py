"""Vectors as the client asked for them.

Thread: event loop. Many vectors are megabytes of JSON: between two of them others have a turn.
"""

import asyncio
from base64 import b64encode
from typing import cast

import numpy as np
import orjson

from api.embeddings.answer_types import EmbeddingList, EmbeddingObject
from api.embeddings.schemas import EmbeddingRequest


async def embedding_list(
    vectors: list[bytes],
    asked: EmbeddingRequest,
    *,
    model_name: str,
    num_prompt_tokens: int,
    is_normalised: bool,
) -> bytes:
    """The answer's body. vectors: little-endian float32, in the order of the inputs."""
    objects = []
    for index, whole in enumerate(vectors):
        vector = whole
        if asked.dimensions is not None:
            vector = cut(whole, asked.dimensions, is_normalised=is_normalised)
        # Already JSON; the whole is only copied together.
        objects.append(orjson.Fragment(_object(index, vector, asked)))
        await asyncio.sleep(0)
    answer: EmbeddingList = {
        "object": "list",
        "data": cast(list[EmbeddingObject], objects),
        "model": model_name,
        "usage": {"prompt_tokens": num_prompt_tokens, "total_tokens": num_prompt_tokens},
    }
    return orjson.dumps(answer)


def cut(vector: bytes, dimensions: int, *, is_normalised: bool) -> bytes:
    """The first numbers of a vector; of length 1 again, if it was."""
    values = np.frombuffer(vector, dtype="<f4")[:dimensions]
    length = np.linalg.norm(values)
    if is_normalised and length > 0:
        values = values / length
    return values.tobytes()


def numbers(vector: bytes) -> list[float]:
    """A vector as orjson writes it with OPT_SERIALIZE_NUMPY: a list, each number with no more
    digits than float32 has."""
    return cast(list[float], np.frombuffer(vector, dtype="<f4").astype(np.float32))


def _object(index: int, vector: bytes, asked: EmbeddingRequest) -> bytes:
    is_packed = asked.encoding_format == "base64"
    embedding = b64encode(vector).decode() if is_packed else numbers(vector)
    entry: EmbeddingObject = {"object": "embedding", "index": index, "embedding": embedding}
    return orjson.dumps(entry, option=orjson.OPT_SERIALIZE_NUMPY)
