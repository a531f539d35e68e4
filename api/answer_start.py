"""How the answers to a request begin: its prompt encoded, checked and queued.

Thread: event loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api.answer_grammar import answer_grammar
from api.answer_log import Excerpt, asked_fields, log_text, shows_texts
from api.answers import Answers
from api.chat_schemas import ChatRequest
from api.content_log import ContentLog
from api.conversation import as_chat_messages, template_options
from api.generation import Generation
from api.generation_schemas import GenerationRequest
from api.ids import new_sequence_id
from api.output_format import read_output_format
from api.reuse import reuse_of_request
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
from batching.messages import StopRules, Submit
from batching.stream import TokenStream
from batching.time_limits import NO_TIME_LIMITS, TimeLimits, limit_time
from prompts.encoder import EncodedPrompt
from prompts.errors import PromptTooLong
from prompts.family import AnswerSplitter
from prompts.text_stream import TextStream
from reuse.answer_key import AnswerRequest
from served_model import ServedModel


async def start_answers(
    chat: ChatRequest,
    model: ServedModel,
    *,
    arrived_seconds: float,
    client: str = "",
    time_limits: TimeLimits = NO_TIME_LIMITS,
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
        time_limits=time_limits,
    )
    return await start.answers([prompt], arrived_seconds=arrived_seconds)


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


async def num_prompt_tokens(chat: ChatRequest, model: ServedModel, *, client: str = "") -> int:
    """How many tokens the model would read, also where they do not fit into the context.

    Raises:
        TemplateError: the template refuses the messages.
        BatchingError: the model takes no request now.
        InvalidRequest: a message or a tool cannot be read.
    """
    try:
        prompt = await encode_prompt(chat, model, read_tool_use(chat), client=client)
    except PromptTooLong as error:
        return error.num_tokens
    return len(prompt.token_ids)


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
    time_limits: TimeLimits = NO_TIME_LIMITS

    async def answers(self, prompts: Sequence[EncodedPrompt], *, arrived_seconds: float) -> Answers:
        """Queue all answers to each of the prompts, or none. Those that are there are not computed.

        Raises:
            BatchingError: the model takes no request now, or fewer than these.
            InvalidRequest: a value does not fit this model.
        """
        # Without a seed each prompt draws its own: equal prompts need not have equal answers.
        checked = [(prompt, self._sampling(), self._rules(prompt)) for prompt in prompts]
        reuse = reuse_of_request()
        wanted = [
            self._wanted(prompt, with_seed_of(sampling, index), rules, owner=reuse.owner)
            for prompt, sampling, rules in checked
            for index in range(self.request.num_answers)
        ]
        opened = await self.model.reuse.open(wanted, policy=reuse.policy)
        reuse.note(opened)
        for each in opened:
            limit_time(each.tokens, self.time_limits, self.model.batcher.counts)
        if shows_texts():
            for prompt in prompts:
                log_text("prompt", prompt.text)
        return Answers(
            [self._generation(each.tokens) for each in opened],
            arrived_seconds=arrived_seconds,
            num_prompts=len(prompts),
            counts=self.model.batcher.counts,
            asked=asked_fields(self.request, model_name=self.model.name),
        )

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

    def _wanted(
        self, prompt: EncodedPrompt, sampling: SamplingParams, rules: StopRules, *, owner: str
    ) -> AnswerRequest:
        submit = Submit(
            new_sequence_id(),
            prompt.token_ids,
            sampling,
            rules,
            client=self.client,
            priority=self.request.priority_class,
            is_streamed=self.request.stream,
            grammar=self.grammar,
            prefix_use=prefix_use(self.request),
        )
        has_seed = self.request.seed is not None
        return AnswerRequest(submit, has_seed, owner, text_end=self._text_end())

    def _text_end(self) -> str:
        """All that decides where a text ends that its sequence does not end; empty if nothing."""
        request = self.request
        one_call_of = None if self.tool_use.may_be_several else self.tool_use.schemas
        if not (request.stop or one_call_of):
            return ""
        how = (request.include_stop_str_in_output, request.skip_special_tokens, sorted(self.shown))
        return repr((request.stop, how, one_call_of))

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
            excerpt=Excerpt() if shows_texts() else None,
        )
