"""All answers to one request: how they begin, and their events as they come.

Thread: event loop.
"""

from typing import Self

from api.answer_grammar import answer_grammar
from api.conversation import as_chat_messages
from api.generation import Generation
from api.ids import new_id
from api.output_format import read_output_format
from api.sampling import sampling_params, stop_rules
from api.schemas import ChatRequest
from api.tool_use import ToolUse, read_tool_use
from batching.engine.grammar import CompiledGrammar
from model_manager import ServedModel
from prompts.answer import AnswerEvent
from prompts.encoder import EncodedPrompt
from prompts.text_stream import TextStream


class Answers:
    """The generations of one request. Leaving its `with` block frees their slots."""

    def __init__(self, generations: list[Generation], *, arrived_seconds: float) -> None:
        self.generations = generations
        self._arrived_seconds = arrived_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        for generation in self.generations:
            generation.cancel()

    @property
    def have_ended(self) -> bool:
        """Whether all events of all answers were handed out."""
        return all(generation.has_ended for generation in self.generations)

    async def next_events(
        self, *, patience_seconds: float | None = None
    ) -> list[tuple[int, list[AnswerEvent]]]:
        """The next events, by the index of their answer.

        Raises:
            TimeoutError: there was nothing for so long; asking again loses nothing.
            BatchingError: a sequence failed.
        """
        [generation] = self.generations
        return [(0, await generation.next_events(patience_seconds=patience_seconds))]

    async def all_events(self) -> list[list[AnswerEvent]]:
        """All events of each answer, when all are there."""
        return [await generation.all_events() for generation in self.generations]

    def log_fields(self) -> dict[str, object]:
        """What the request's log line says about them."""
        first = self.generations[0].tokens
        num_tokens = sum(generation.num_completion_tokens for generation in self.generations)
        fields: dict[str, object] = {
            "prompt_tokens": first.num_prompt_tokens,
            "cached_tokens": first.num_cached_tokens,
            "completion_tokens": num_tokens,
            "finish_reason": self.generations[0].finish_reason if self.have_ended else None,
        }
        times = [generation.tokens.times for generation in self.generations]
        begun = [each.first_token_seconds for each in times if each.first_token_seconds is not None]
        if not begun:
            return fields
        fields["ttft_seconds"] = round(min(begun) - self._arrived_seconds, 3)
        seconds = max(each.last_token_seconds or 0.0 for each in times) - min(begun)
        if seconds > 0 and num_tokens > 1:
            fields["tokens_per_second"] = round((num_tokens - 1) / seconds, 1)
        return fields


async def start_answers(
    chat: ChatRequest, model: ServedModel, *, arrived_seconds: float, client: str = ""
) -> Answers:
    """Template, encode, check and queue a client's request that came at a monotonic time.

    Raises:
        PromptError: the template refuses the messages, or they do not fit into the context.
        BatchingError: the model takes no request now.
        InvalidRequest: a value does not fit this model.
    """
    tool_use, output = read_tool_use(chat), read_output_format(chat)
    prompt = await model.encode(
        as_chat_messages(chat.messages),
        chat.template_options(),
        tools=tool_use.schemas,
        client=client,
    )
    grammar = await answer_grammar(model, prompt, tool_use, output)
    generation = _start(chat, model, prompt, tool_use, grammar, client=client)
    return Answers([generation], arrived_seconds=arrived_seconds)


def _start(
    chat: ChatRequest,
    model: ServedModel,
    prompt: EncodedPrompt,
    tool_use: ToolUse,
    grammar: CompiledGrammar | None,
    *,
    client: str,
) -> Generation:
    tokens = model.batcher.submit(
        new_id(),
        prompt.token_ids,
        sampling=sampling_params(chat, model),
        stop_rules=stop_rules(chat, model, prompt),
        client=client,
        priority=chat.priority_class,
        is_streamed=chat.stream,
        grammar=grammar,
    )
    return Generation(
        tokens,
        TextStream(model.tokenizer, chat.stop, shown=model.marker_ids),
        model.family.splitter(prompt=prompt.text, tools=tool_use.tools),
        may_call=bool(tool_use.tools),
        ends_with_call=not tool_use.may_be_several,
    )
