"""How the answers to a text completion begin: its prompts as token ids, checked and queued.

Thread: event loop.
"""

from api.answer_grammar import text_grammar
from api.answer_start import AnswerStart
from api.answers import Answers
from api.completions.prompts import encode_prompts
from api.completions.schemas import CompletionRequest
from api.errors import InvalidRequest
from api.output_format import read_output_format
from batching.time_limits import NO_TIME_LIMITS, TimeLimits
from prompts.answer import AnswerEvent, ContentDelta
from served_model import ServedModel

MAX_CHOICES = 128
"""Of one request: each takes a slot, or a place in the queue."""


class WholeText:
    """An `AnswerSplitter` that splits nothing: all of a completion is its text."""

    is_reasoning = False

    def push(self, text: str) -> list[AnswerEvent]:
        return [ContentDelta(text)] if text else []

    def finish(self) -> list[AnswerEvent]:
        return []


async def start_completions(
    request: CompletionRequest,
    model: ServedModel,
    *,
    arrived_seconds: float,
    client: str = "",
    time_limits: TimeLimits = NO_TIME_LIMITS,
) -> tuple[list[str], Answers]:
    """Encode, check and queue a client's request; the texts of its prompts, to be echoed.

    Raises:
        BatchingError: the model takes no request now.
        InvalidRequest: a value does not fit this model, or another value.
    """
    _check(request)
    output = read_output_format(request)
    prompts, stop_token_ids = await encode_prompts(request, model, client=client)
    start = AnswerStart(
        request.model_copy(update={"stop_token_ids": [*request.stop_token_ids, *stop_token_ids]}),
        model,
        splitter=WholeText,
        shown={},
        top_logprobs=0 if request.logprobs is None and request.picks_best else request.logprobs,
        prompt_logprobs=request.echo and request.logprobs is not None,
        grammar=await text_grammar(model, output),
        client=client,
        time_limits=time_limits,
    )
    answers = await start.answers(prompts, arrived_seconds=arrived_seconds)
    return [prompt.text for prompt in prompts], answers


def _check(request: CompletionRequest) -> None:
    """Raise InvalidRequest for fields that contradict each other."""
    num_choices = len(request.prompt) * request.num_answers
    if num_choices > MAX_CHOICES:
        raise InvalidRequest(
            f"Invalid 'prompt': {len(request.prompt)} prompts with {request.num_answers} answers "
            f"each are {num_choices} answers; the limit is {MAX_CHOICES}. Send several requests.",
            param="prompt",
        )
    if request.num_answers < request.n:
        raise InvalidRequest(
            f"Invalid 'best_of': {request.best_of} is less than 'n', which is {request.n}.",
            param="best_of",
        )
    if request.picks_best and request.stream:
        raise InvalidRequest(
            "'best_of' above 'n' cannot be streamed: the best is known at the end.",
            param="best_of",
        )
    if request.suffix and request.echo:
        raise InvalidRequest("'suffix' and 'echo' cannot be given together.", param="echo")
    if request.max_tokens == 0 and not request.echo:
        raise InvalidRequest(
            "Invalid 'max_tokens': 0 is possible only with 'echo'.", param="max_tokens"
        )
