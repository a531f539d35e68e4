"""A request's inputs on their way to vectors.

Thread: event loop.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Self

from api.embeddings.schemas import EmbeddingRequest
from api.errors import InvalidRequest, shorten
from api.ids import new_sequence_id
from batching.stream import QueuePlace, TokenStream
from batching.time_limits import NO_TIME_LIMITS, TimeLimits, limit_time
from prompts.errors import InputTooLong, UnusableInput
from served_model import ServedModel


class Embedding:
    """The inputs of one request, queued. Leaving its `with` block frees the slot.

    order: the inputs' indices, as they were queued.
    """

    def __init__(self, stream: TokenStream, order: Sequence[int]) -> None:
        self._stream = stream
        self._order = order

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stream.cancel()

    @property
    def num_prompt_tokens(self) -> int:
        return self._stream.num_prompt_tokens

    @property
    def queue_place(self) -> QueuePlace | None:
        """Where it stood when it had to wait."""
        return self._stream.queue_place

    @property
    def admitted_seconds(self) -> float | None:
        """When it got its slot, in the loop's monotonic seconds."""
        return self._stream.times.admitted_seconds

    async def vectors(self) -> list[bytes]:
        """Of each input, in the client's order, as little-endian float32.

        Raises:
            BatchingError: the inputs could not be computed.
        """
        await self._stream.wait_for_end()
        await self._stream.next_bunch()  # raises what went wrong
        computed = self._stream.vectors
        by_input = {index: computed[place] for place, index in enumerate(self._order)}
        return [by_input[index] for index in range(len(by_input))]

    def log_fields(self) -> dict[str, object]:
        """What the request's log line says about it."""
        return {"prompt_tokens": self.num_prompt_tokens, "inputs": len(self._order)}


async def start_embedding(
    asked: EmbeddingRequest,
    model: ServedModel,
    *,
    client: str = "",
    time_limits: TimeLimits = NO_TIME_LIMITS,
    cuts: bool = False,
) -> Embedding:
    """Encode, check and queue a client's inputs.

    cuts: of a text that is too long the beginning is taken.

    Raises:
        BatchingError: the model takes no request now, or makes no embeddings.
        InvalidRequest: a value does not fit this model.
    """
    facts = model.require_embedding()
    _check_dimensions(asked.dimensions, facts.size, facts.cut_sizes)
    prompt = _find_prompt(asked.prompt_name or facts.default_prompt, facts.prompts)
    try:
        inputs = await model.encode_inputs(asked.inputs, prompt=prompt, client=client, cuts=cuts)
    except UnusableInput as fault:
        raise _invalid_input(asked, fault) from None
    # Inputs of like length share a forward without padding.
    order = sorted(range(len(inputs)), key=lambda index: len(inputs[index]))
    stream = model.batcher.embed(
        new_sequence_id(),
        [inputs[index] for index in order],
        client=client,
        priority=asked.priority_class,
    )
    limit_time(stream, time_limits, model.batcher.counts)
    return Embedding(stream, order)


def _check_dimensions(dimensions: int | None, size: int, cut_sizes: Set[int] | None) -> None:
    """Refuse a length that the model's vectors do not have and cannot be cut to."""
    if dimensions is None or dimensions == size:
        return
    if dimensions > size:
        raise InvalidRequest(
            f"Invalid 'dimensions': the model's vectors have {size} numbers, but got {dimensions}.",
            param="dimensions",
            code="integer_above_max_value",
        )
    if cut_sizes is None:
        raise InvalidRequest(
            f"Invalid 'dimensions': this model does not declare that its vectors of {size} numbers "
            f"may be cut, but got {dimensions}. Leave it out; or, if the model's card says so, put "
            '"is_matryoshka": true into its config.json.',
            param="dimensions",
        )
    if cut_sizes and dimensions not in cut_sizes:
        allowed = ", ".join(map(str, sorted(cut_sizes)))
        raise InvalidRequest(
            f"Invalid 'dimensions': this model's vectors may be cut to {allowed}, but got "
            f"{dimensions}.",
            param="dimensions",
        )


def _find_prompt(name: str | None, prompts: Mapping[str, str]) -> str:
    if name is None:
        return ""
    if name not in prompts:
        known = ", ".join(sorted(prompts)) or "none"
        raise InvalidRequest(
            f"Invalid 'prompt_name': this model has {known}, but got {shorten(name)}.",
            param="prompt_name",
        )
    return prompts[name]


def _invalid_input(asked: EmbeddingRequest, fault: UnusableInput) -> InvalidRequest:
    """The fault under the client's own name of the input.

    NOTE: clients recognise the first sentence, see `PromptTooLong`.
    """
    param = asked.param_of(fault.index)
    if isinstance(fault, InputTooLong):
        return InvalidRequest(
            f"This model's maximum context length is {fault.limit} tokens. However, '{param}' "
            f"resulted in {fault.num_tokens} tokens. Please reduce its length.",
            param=param,
            code="context_length_exceeded",
        )
    return InvalidRequest(f"Invalid '{param}': it {fault.reason}", param=param)
