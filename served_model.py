"""A served model: its names, tokenizer, template, batcher, and how far it is loaded.

Thread: event loop. The engine itself lives on the batcher's inference thread.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from loguru import logger

from batching.batcher import Batcher, State
from batching.engine.device import Backend
from batching.engine.embedding_facts import EmbeddingFacts
from batching.engine.errors import EngineError
from batching.engine.grammar import CompiledGrammar
from batching.engine.memory import MemoryPlan
from batching.engine.model_facts import GenerationDefaults, ModelFacts
from batching.engine.model_source import inspect_model
from batching.engine.protocol import Grammar
from batching.errors import ModelKind, NotServing, WrongModelKind
from batching.grammar_compiler import GrammarCompiler
from batching.messages import LoadProgress
from model_plan import MakeEngine, ModelPlan, make_planned_engine
from prompts.encoder import SHORT_CHAT_CHARACTERS, EncodedPrompt, PromptEncoder
from prompts.ending import PromptEnding
from prompts.families import find_family
from prompts.family import ModelFamily
from prompts.fill_in import find_fill_in
from prompts.formats.plain import PLAIN
from prompts.inputs import Input
from prompts.messages import ChatMessage
from prompts.template import get_chat_template
from prompts.tokenizer import Tokenizer
from prompts.tools import ToolSchema
from reuse.answer_reuse import AnswerReuse
from reuse.blob_store import BlobStore, StoreLimits
from reuse.stored_answer import StoredAnswer, decode_answer, encode_answer
from settings import TINY_MODEL_NAME, Settings

MEGABYTE = 1_000_000
HOUR_SECONDS = 3600.0


class ServedModel:
    """One model: its names, tokenizer, template, batcher and how far it is loaded."""

    def __init__(self, plan: ModelPlan, *, make_engine: MakeEngine = make_planned_engine) -> None:
        settings = plan.settings
        self.name, *others = [*settings.served_model_name, plan.facts.name]
        self.aliases = frozenset([*others, settings.model])
        self.created_unix = int(time.time())
        self.fingerprint = plan.fingerprint
        self.progress = LoadProgress("starting", 0)
        self._plan = plan
        self._num_encoding: Counter[str] = Counter()
        self._tokenizer: Tokenizer | None = None
        self.family: ModelFamily = PLAIN
        """How its answers are marked; right once it is loaded, and so are `marker_ids`."""
        self.marker_ids: Mapping[str, int] = {}
        self.special_ids: Mapping[str, int] = {}
        """All tokens that answers do not show, unless asked to, and the markers."""
        self._encoder: PromptEncoder | None = None
        self._grammars: GrammarCompiler | None = None
        self.batcher = Batcher(
            lambda report: make_engine(self._plan, report),
            limits=plan.batching_limits,
            on_progress=self._note_progress,
        )
        self.reuse = AnswerReuse(
            self.batcher,
            scope=plan.answer_scope,
            shares=settings.share_answers,
            store=_answer_store(settings),
        )

    @property
    def state(self) -> State:
        """The batcher's state; a model without its tokenizer is still loading."""
        state = self.batcher.state
        return "loading" if state == "serving" and self._encoder is None else state

    @property
    def tokenizer(self) -> Tokenizer:
        """Only of a model that is loaded."""
        assert self._tokenizer is not None
        return self._tokenizer

    @property
    def encoder(self) -> PromptEncoder:
        """Only of a model that is loaded."""
        assert self._encoder is not None
        return self._encoder

    @property
    def is_demo(self) -> bool:
        """Whether it is the bundled model, under whatever name it is served."""
        return self._plan.facts.name == TINY_MODEL_NAME

    @property
    def facts(self) -> ModelFacts:
        """What its files say about it."""
        return self._plan.facts

    @property
    def can_think(self) -> bool:
        """Whether its chat templates know reasoning; False until it is loaded."""
        templates = self._tokenizer.chat_templates.values() if self._tokenizer else ()
        return any(self.family.thinking.end in text for text in templates)

    @property
    def can_fill_in(self) -> bool:
        """Whether it knows the markers around a gap; False until it is loaded."""
        return self._tokenizer is not None and find_fill_in(self._tokenizer) is not None

    @property
    def embedding(self) -> EmbeddingFacts | None:
        """How it makes embeddings; None of a model that makes text."""
        return self._plan.facts.embedding

    def require_embedding(self) -> EmbeddingFacts:
        """How it makes embeddings.

        Raises:
            WrongModelKind: it makes text.
        """
        if self.embedding is None:
            raise WrongModelKind("embeddings")
        return self.embedding

    @property
    def memory(self) -> MemoryPlan:
        """What it may use."""
        return self._plan.memory

    @property
    def backend(self) -> Backend:
        """Where it computes."""
        return self._plan.backend

    @property
    def context_length(self) -> int:
        return self._plan.memory.context_length

    @property
    def max_slots(self) -> int:
        spec = self.batcher.spec
        return spec.max_slots if spec else self._plan.memory.max_slots

    @property
    def notes(self) -> tuple[str, ...]:
        """What does not work with this model, or was reduced for it; one line each."""
        spec = self.batcher.spec
        return (*self._plan.notes, *(spec.notes if spec else ()))

    @property
    def vocab_size(self) -> int:
        """Only of a model that is loaded."""
        assert self.batcher.spec is not None
        return self.batcher.spec.vocab_size

    @property
    def eos_token_ids(self) -> frozenset[int]:
        return self._plan.facts.eos_token_ids | self.tokenizer.eos_token_ids

    @property
    def generation_defaults(self) -> GenerationDefaults:
        return self._plan.facts.generation_defaults

    def goes_by(self, name: str) -> bool:
        return name in (self.name, "default") or name in self.aliases

    async def encode(
        self,
        messages: Sequence[ChatMessage],
        options: Mapping[str, object],
        *,
        tools: Sequence[ToolSchema] = (),
        ending: PromptEnding = "answer opened",
        client: str = "",
    ) -> EncodedPrompt:
        """Template and encode a client's chat.

        Raises:
            NotServing: the model is loading, shutting down or gone.
            QueueFull: too much is waiting already.
            WrongModelKind: the model makes embeddings.
            PromptError: the template refuses the messages, or they do not fit into the context.
        """
        with self.encoding(client) as encoder:
            return await encoder.encode_chat(messages, ending=ending, tools=tools, options=options)

    async def encode_inputs(
        self, inputs: Sequence[Input], *, prompt: str = "", client: str = "", cuts: bool = False
    ) -> list[tuple[int, ...]]:
        """Encode a client's inputs to embed; `prompt` is put before those that are texts.

        cuts: of a text that is too long the beginning is taken.

        Raises:
            WrongModelKind: the model makes text.
            NotServing: the model is loading, shutting down or gone.
            QueueFull: too much is waiting already.
            PromptError: an input cannot be embedded.
        """
        with self.encoding(client, kind="embeddings") as encoder:
            return await encoder.encode_inputs(
                inputs, prompt=prompt, vocab_size=self.vocab_size, cuts=cuts
            )

    @contextmanager
    def encoding(self, client: str = "", *, kind: ModelKind = "text") -> Iterator[PromptEncoder]:
        """The encoder for one request of a client, which counts as waiting meanwhile.

        Raises:
            WrongModelKind: the model makes something else.
            NotServing: the model is loading, shutting down or gone.
            QueueFull: too much is waiting already.
        """
        if kind != ("embeddings" if self.embedding else "text"):
            raise WrongModelKind(kind)
        if self.state == "loading":
            raise NotServing("The model is still loading.", retry_after_seconds=5)
        num_encoding = self._num_encoding
        self.batcher.require_room(
            client, num_coming=num_encoding.total(), num_own_coming=num_encoding[client]
        )
        num_encoding[client] += 1
        try:
            yield self.encoder
        finally:
            num_encoding[client] -= 1
            if not num_encoding[client]:
                del num_encoding[client]

    async def compile_grammar(self, grammar: Grammar) -> CompiledGrammar:
        """Make a grammar ready for `batcher.submit`. Only of a model that is loaded.

        Raises:
            InvalidGrammar: no answer can be kept to it; the message says why.
            NotServing: the model is shutting down.
        """
        assert self._grammars is not None
        return await self._grammars.compile(grammar)

    async def load(self) -> None:
        """Load engine and tokenizer; the slow parts run on other threads.

        Raises:
            EngineError, PromptError: with the reason in one line.
        """
        self.batcher.start()
        if not self.embedding:
            self.reuse.start()
        if self._plan.facts.path is None:
            await self._engine_loaded()  # it downloads the tokenizer's files too
        tokenizer, encoder = await asyncio.to_thread(self._load_tokenizer)
        await self._engine_loaded()
        self._tokenizer = tokenizer
        self.family = find_family(tokenizer.chat_templates.values())
        self.marker_ids = tokenizer.marker_ids(self.family.markers)
        self.special_ids = {**tokenizer.special_ids(), **self.marker_ids}
        if not self.embedding:
            await self._load_grammars(tokenizer)
        self._encoder = encoder

    async def stop(self) -> bool:
        """Free everything; False when the inference thread did not end in time."""
        has_ended = await self.batcher.stop()
        await self.reuse.close()
        if self._encoder:
            await self._encoder.close()
        if self._grammars:
            await self._grammars.close()
        return has_ended

    async def _engine_loaded(self) -> None:
        await self.batcher.settled.wait()
        if self.batcher.error:
            raise EngineError(self.batcher.error)

    async def _load_grammars(self, tokenizer: Tokenizer) -> None:
        """Now, not at the first use: it keeps the event loop from running."""
        self._grammars = GrammarCompiler(
            tokenizer.to_json(), vocab_size=self.vocab_size, eos_token_ids=self.eos_token_ids
        )
        if reason := await self._grammars.load():
            logger.warning("{} takes no grammars: {}", self.name, reason)

    def _load_tokenizer(self) -> tuple[Tokenizer, PromptEncoder]:
        facts = self._plan.facts
        folder = facts.path or inspect_model(facts.name, revision=facts.revision).path
        assert folder is not None
        tokenizer = Tokenizer.load(folder)
        model_type = str(facts.config["model_type"])
        template = None
        if not facts.embedding:
            template = get_chat_template(tokenizer, model_type=model_type, model_name=facts.name)
        return tokenizer, PromptEncoder(
            tokenizer,
            template,
            context_length=self.context_length,
            max_short_characters=SHORT_CHAT_CHARACTERS,
        )

    def _note_progress(self, progress: LoadProgress) -> None:
        if progress.stage != self.progress.stage or progress.percent // 10 != (
            self.progress.percent // 10
        ):
            logger.info("{} {}: {} %", progress.stage, self.name, progress.percent)
        self.progress = progress


def _answer_store(settings: Settings) -> BlobStore[StoredAnswer] | None:
    if not settings.answer_cache_mb:
        return None
    limits = StoreLimits(
        max_bytes=int(settings.answer_cache_mb * MEGABYTE),
        max_age_seconds=settings.answer_cache_hours * HOUR_SECONDS,
    )
    return BlobStore(
        settings.data_dir / "answers.db",
        limits=limits,
        encode=encode_answer,
        decode=decode_answer,
    )
