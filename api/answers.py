"""All answers to one request: how they begin, and their events as they come.

Thread: event loop.
"""

import asyncio
from dataclasses import dataclass
from typing import Self

from api.answer_grammar import answer_grammar
from api.chat_schemas import ChatRequest
from api.content_log import ContentLog
from api.conversation import as_chat_messages, template_options
from api.generation import Generation
from api.ids import new_id
from api.output_format import read_output_format
from api.sampling import sampling_params, stop_rules, with_seed_of
from api.tool_use import ToolUse, read_tool_use
from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import SamplingParams
from batching.errors import BatchingError
from batching.messages import StopRules
from batching.stream import TokenStream
from model_manager import ServedModel
from prompts.answer import AnswerEvent
from prompts.encoder import EncodedPrompt
from prompts.text_stream import TextStream


class Answers:
    """The generations of one request. Leaving its `with` block frees their slots."""

    def __init__(self, generations: list[Generation], *, arrived_seconds: float) -> None:
        self.generations = generations
        self._arrived_seconds = arrived_seconds
        self._reading: dict[int, asyncio.Task[list[AnswerEvent]]] = {}
        """One for each answer of several that has not ended."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        for generation in self.generations:
            generation.cancel()
        for task in self._reading.values():
            task.cancel()
        if self._reading:
            await asyncio.gather(*self._reading.values(), return_exceptions=True)

    @property
    def have_ended(self) -> bool:
        """Whether all events of all answers were handed out."""
        return not self._reading and all(each.has_ended for each in self.generations)

    async def next_events(
        self, *, patience_seconds: float | None = None
    ) -> list[tuple[int, list[AnswerEvent]]]:
        """The next events, by the index of their answer.

        Raises:
            TimeoutError: there was nothing for so long; asking again loses nothing.
            BatchingError: a sequence failed.
        """
        if len(self.generations) > 1:
            return await self._next_of_several(patience_seconds)
        [generation] = self.generations
        return [(0, await generation.next_events(patience_seconds=patience_seconds))]

    async def all_events(self) -> list[list[AnswerEvent]]:
        """All events of each answer, when all are there."""
        if len(self.generations) == 1:
            return [await self.generations[0].all_events()]
        events: list[list[AnswerEvent]] = [[] for _ in self.generations]
        while not self.have_ended:
            for index, new_events in await self.next_events():
                events[index] += new_events
        return events

    async def _next_of_several(
        self, patience_seconds: float | None
    ) -> list[tuple[int, list[AnswerEvent]]]:
        for index, generation in enumerate(self.generations):
            if not generation.has_ended and index not in self._reading:
                reading = asyncio.create_task(generation.next_events(), name=f"answer {index}")
                self._reading[index] = reading
        done, _ = await asyncio.wait(
            self._reading.values(),
            timeout=patience_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            raise TimeoutError
        ready = [index for index, task in self._reading.items() if task in done]
        return [(index, self._reading.pop(index).result()) for index in ready]

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
        template_options(chat, model.family),
        tools=tool_use.schemas,
        client=client,
    )
    grammar = await answer_grammar(model, prompt, tool_use, output)
    start = _Start(chat, model, prompt, tool_use, grammar, client)
    return Answers(start.all(), arrived_seconds=arrived_seconds)


@dataclass(frozen=True, slots=True)
class _Start:
    """What all answers to a request begin with."""

    chat: ChatRequest
    model: ServedModel
    prompt: EncodedPrompt
    tool_use: ToolUse
    grammar: CompiledGrammar | None
    client: str

    def all(self) -> list[Generation]:
        """Queue all of the answers, or none.

        Raises:
            BatchingError: the model takes no request now, or fewer than these.
        """
        sampling = sampling_params(self.chat, self.model)
        rules = stop_rules(self.chat, self.model, self.prompt)
        generations: list[Generation] = []
        try:
            for index in range(self.chat.n):
                tokens = self._submit(with_seed_of(sampling, index), rules)
                generations.append(self._generation(tokens))
        except BatchingError:
            for generation in generations:
                generation.cancel()
            raise
        return generations

    def _submit(self, sampling: SamplingParams, rules: StopRules) -> TokenStream:
        return self.model.batcher.submit(
            new_id(),
            self.prompt.token_ids,
            sampling=sampling,
            stop_rules=rules,
            client=self.client,
            priority=self.chat.priority_class,
            is_streamed=self.chat.stream,
            grammar=self.grammar,
        )

    def _generation(self, tokens: TokenStream) -> Generation:
        chat, model, tools = self.chat, self.model, self.tool_use.tools
        text = TextStream(
            model.tokenizer,
            chat.stop,
            shown=model.marker_ids,
            shows_stop_string=chat.include_stop_str_in_output,
        )
        return Generation(
            tokens,
            text,
            model.family.splitter(prompt=self.prompt.text, tools=tools),
            log=ContentLog(model.tokenizer, shown=model.marker_ids) if chat.logprobs else None,
            may_call=bool(tools),
            ends_with_call=not self.tool_use.may_be_several,
        )
