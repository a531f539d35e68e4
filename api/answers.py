"""All answers to one request: how they begin, and their events as they come.

Thread: event loop.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from api.answer_grammar import answer_grammar
from api.chat_schemas import ChatRequest
from api.content_log import ContentLog
from api.conversation import as_chat_messages, template_options
from api.generation import Generation
from api.generation_schemas import GenerationRequest
from api.ids import new_id
from api.output_format import read_output_format
from api.sampling import (
    chat_thinking_limit,
    chat_top_logprobs,
    prefix_use,
    sampling_params,
    stop_rules,
    with_seed_of,
)
from api.tool_use import NO_TOOLS, ToolUse, read_tool_use
from batching.engine.grammar import CompiledGrammar
from batching.engine.sampling_params import SamplingParams, ThinkingLimit
from batching.errors import BatchingError
from batching.messages import StopRules
from batching.stream import TokenStream
from prompts.answer import AnswerEvent
from prompts.encoder import EncodedPrompt
from prompts.family import AnswerSplitter
from prompts.text_stream import TextStream
from served_model import ServedModel


class Answers:
    """The generations of one request. Leaving its `with` block frees their slots.

    Of several prompts, those of the first come first; each prompt has as many.
    """

    def __init__(
        self, generations: list[Generation], *, arrived_seconds: float, num_prompts: int = 1
    ) -> None:
        self.generations = generations
        self.num_per_prompt = len(generations) // num_prompts
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

    @property
    def num_prompt_tokens(self) -> int:
        """Each prompt counts once, however many answers it has."""
        firsts = self.generations[:: self.num_per_prompt]
        return sum(generation.tokens.num_prompt_tokens for generation in firsts)

    @property
    def num_cached_tokens(self) -> int:
        """Those of the prompts that the first answer to each did not compute."""
        firsts = self.generations[:: self.num_per_prompt]
        return sum(generation.tokens.num_cached_tokens for generation in firsts)

    @property
    def num_completion_tokens(self) -> int:
        return sum(generation.num_completion_tokens for generation in self.generations)

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
        num_tokens = self.num_completion_tokens
        fields: dict[str, object] = {
            "prompt_tokens": self.num_prompt_tokens,
            "cached_tokens": self.num_cached_tokens,
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
    prompt = await encode_prompt(chat, model, tool_use, client=client)
    start = AnswerStart(
        chat,
        model,
        splitter=lambda: model.family.splitter(prompt=prompt.text, tools=tool_use.tools),
        shown=model.marker_ids,
        top_logprobs=chat_top_logprobs(chat),
        thinking_limit=chat_thinking_limit(chat, model, prompt),
        tool_use=tool_use,
        grammar=await answer_grammar(model, prompt, tool_use, output),
        client=client,
    )
    return start.answers([prompt], arrived_seconds=arrived_seconds)


async def encode_prompt(
    chat: ChatRequest, model: ServedModel, tool_use: ToolUse, *, client: str = ""
) -> EncodedPrompt:
    """What the model will read.

    Raises:
        PromptError: the template refuses the messages, or they do not fit into the context.
        BatchingError: the model takes no request now.
        InvalidRequest: a message cannot be read.
    """
    return await model.encode(
        as_chat_messages(chat.messages),
        template_options(chat, model.family),
        tools=tool_use.schemas,
        ending=chat.ending,
        client=client,
    )


@dataclass(frozen=True, slots=True)
class AnswerStart:
    """What all answers to a request begin with.

    Each is read by a `splitter` of its own, which sees the special tokens that are `shown`. With
    `top_logprobs` content comes with its tokens; `prompt_logprobs` are left in the token stream.
    """

    request: GenerationRequest
    model: ServedModel
    splitter: Callable[[], AnswerSplitter]
    shown: Mapping[str, int]
    top_logprobs: int | None = None
    thinking_limit: ThinkingLimit | None = None
    prompt_logprobs: bool = False
    tool_use: ToolUse = NO_TOOLS
    grammar: CompiledGrammar | None = None
    client: str = ""

    def answers(self, prompts: Sequence[EncodedPrompt], *, arrived_seconds: float) -> Answers:
        """Queue all answers to each of the prompts, or none.

        Raises:
            BatchingError: the model takes no request now, or fewer than these.
            InvalidRequest: a value does not fit this model.
        """
        # Without a seed each prompt draws its own: equal prompts need not have equal answers.
        checked = [(prompt, self._sampling(), self._rules(prompt)) for prompt in prompts]
        generations: list[Generation] = []
        try:
            for prompt, sampling, rules in checked:
                for index in range(self.request.num_answers):
                    tokens = self._submit(prompt, with_seed_of(sampling, index), rules)
                    generations.append(self._generation(tokens))
        except BatchingError:
            for generation in generations:
                generation.cancel()
            raise
        return Answers(generations, arrived_seconds=arrived_seconds, num_prompts=len(prompts))

    def _sampling(self) -> SamplingParams:
        return sampling_params(
            self.request,
            self.model,
            top_logprobs=self.top_logprobs,
            thinking_limit=self.thinking_limit,
            prompt_logprobs=self.prompt_logprobs,
        )

    def _rules(self, prompt: EncodedPrompt) -> StopRules:
        return stop_rules(self.request, self.model, prompt)

    def _submit(
        self, prompt: EncodedPrompt, sampling: SamplingParams, rules: StopRules
    ) -> TokenStream:
        return self.model.batcher.submit(
            new_id(),
            prompt.token_ids,
            sampling=sampling,
            stop_rules=rules,
            client=self.client,
            priority=self.request.priority_class,
            is_streamed=self.request.stream,
            grammar=self.grammar,
            prefix_use=prefix_use(self.request),
        )

    def _generation(self, tokens: TokenStream) -> Generation:
        request, tokenizer, shown = self.request, self.model.tokenizer, self.shown
        if not request.skip_special_tokens:
            shown = {**self.model.special_ids, **shown}
        text = TextStream(
            tokenizer,
            request.stop,
            shown=shown,
            shows_stop_string=request.include_stop_str_in_output,
        )
        is_logged = self.top_logprobs is not None
        return Generation(
            tokens,
            text,
            self.splitter(),
            log=ContentLog(tokenizer, shown=shown) if is_logged else None,
            may_call=bool(self.tool_use.tools),
            ends_with_call=not self.tool_use.may_be_several,
        )
