"""What the worker asks of an engine, and the plain values they exchange.

Thread: both for the values; the Engine itself is built, used and closed on the inference thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from batching.engine.grammar import CompiledGrammar
from batching.engine.sampling_params import SamplingParams

GrammarKind = Literal["json_schema", "json_object", "regex", "choice", "lark"]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What an answer has to match as a whole.

    `source` is a JSON schema, nothing, a regular expression (Rust's syntax), a JSON list of texts,
    or a grammar in llguidance's Lark syntax or GBNF. `begins_after` are the tokens behind which the
    grammar begins, such as `</think>`; before them the answer is free, but may not end. With none
    it begins with the answer. With `postponed_by`, such as `<think>`, they count only where that
    token is the answer's first, which it may be; else the grammar begins with the answer.
    """

    kind: GrammarKind
    source: str = ""
    begins_after: tuple[int, ...] = ()
    postponed_by: int | None = None


@dataclass(frozen=True, slots=True)
class TokenLogprobs:
    """Log probabilities at one position: the drawn token's, and (token id, log probability) of
    the best ones, best first.

    They are the model's own, before penalties, bias, temperature and filters. -inf is possible.
    """

    logprob: float
    top: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What a loaded engine can do. `context_length` is in tokens, prompt and answer together.

    `kv_tokens` is how many tokens the KV caches of all rows may hold, every row counted as long
    as the longest; at least `context_length`. None is no limit. `can_mix` says whether `decode`
    takes chunks of prompts. `embedding_size` is how many numbers a vector has, of an engine that
    makes vectors and no tokens. `notes` are lines for the log and the status page: what does not
    work with this model.
    """

    vocab_size: int
    context_length: int
    max_slots: int
    kv_tokens: int | None = None
    can_mix: bool = False
    embedding_size: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrefixUse:
    """What of the prefix cache a sequence shares: that of sequences with the same `salt`, which has
    up to 31 bits. One that is not `allowed` neither takes anything from it nor leaves anything.
    """

    salt: int = 0
    allowed: bool = True


SHARED_WITH_ALL = PrefixUse()


@dataclass(frozen=True, slots=True)
class EngineSequence:
    """A sequence as the engine needs it.

    `token_ids` is the prompt and whatever was generated before (a resumed sequence is computed
    again from them); `num_prompt_tokens` says where the prompt ends. Until `min_tokens` tokens are
    generated, `stop_token_ids` cannot be sampled, unless `grammar` allows nothing else. After
    `max_tokens` generated tokens its caller removes it; an engine that knows need not compute
    ahead. `input_lengths` are those of inputs to embed, one behind the other in `token_ids`; with
    them nothing is generated.
    """

    sequence_id: str
    token_ids: tuple[int, ...]
    num_prompt_tokens: int
    sampling: SamplingParams
    min_tokens: int = 0
    stop_token_ids: frozenset[int] = frozenset()
    max_tokens: int | None = None
    grammar: CompiledGrammar | None = None
    prefix_use: PrefixUse = SHARED_WITH_ALL
    input_lengths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """The embedding of a sequence's input: float32 values, little-endian."""

    index: int
    values: bytes


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What comes of reading a part of a prompt, beside keys and values; mostly nothing.

    logprobs: of a sequence with `prompt_logprobs`, those of the token behind each that was read,
    and so all but the first one's when the row joins. vectors: of a sequence with inputs, those of
    the inputs that were read to their ends.
    """

    logprobs: Sequence[TokenLogprobs] = ()
    vectors: Sequence[Vector] = ()


@dataclass(frozen=True, slots=True)
class SampledToken:
    """One new token of one sequence, with log probabilities if it asks for them."""

    sequence_id: str
    token_id: int
    logprobs: TokenLogprobs | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next `num_tokens` tokens to read of a sequence's prompt."""

    sequence_id: str
    num_tokens: int


@dataclass(frozen=True, slots=True)
class PrefixMatch:
    """How much of a sequence need not be computed, because it was computed for another one.

    `waits_for` is the sequence that is computing what this one needs next; None if there is none.
    """

    num_tokens: int = 0
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class PrefixCacheStats:
    """The prefix cache as it is: `num_bytes` hold `num_tokens` in `num_blocks`.

    Of all `prompt_tokens` that were asked for, `hit_tokens` were there. `missed_tokens` says how
    many were not, by reason. Of `num_prompts`, `num_hits` had a part there.
    """

    num_bytes: int
    max_bytes: int
    num_tokens: int
    prompt_tokens: int
    hit_tokens: int
    missed_tokens: Mapping[str, int]
    num_blocks: int = 0
    num_prompts: int = 0
    num_hits: int = 0
    num_evicted_blocks: int = 0


@dataclass(frozen=True, slots=True)
class EngineMemory:
    """What sequences hold, prompts that are read and rows; and mlx's own books: what is in use,
    what it keeps of freed memory, and the most that ever was in use."""

    kv_bytes: int = 0
    active_bytes: int = 0
    cached_bytes: int = 0
    peak_bytes: int = 0


class Engine(Protocol):
    """A model with its running batch. Not thread-safe: every call comes from the inference thread.

    Any method may raise. After `prefill` raised, only that sequence is in doubt; after `decode`
    raised, every decoding row is, and every sequence that had a chunk in it. The worker then calls
    `remove` for those in doubt, which must not raise, and may add them again.
    """

    @property
    def spec(self) -> EngineSpec:
        """Limits of the loaded model."""

    def add(self, sequence: EngineSequence) -> None:
        """Take a sequence; nothing is computed yet.

        Raises:
            InvalidSequence: it does not fit the model, or no slot is free.
        """

    def match_prefix(self, sequence_id: str) -> PrefixMatch:
        """Take over what is stored of a sequence of which nothing is computed yet.

        The first tokens of `prefill` are those behind the match. While it waits for another
        sequence there is more to come: ask again before each step.
        """

    def prefix_stats(self) -> PrefixCacheStats | None:
        """Of the prefix cache; None if there is none."""

    def memory(self) -> EngineMemory:
        """What it holds at the moment; cheap enough to ask once a second."""

    @property
    def num_sequences(self) -> int:
        """How many it holds, in any state."""

    def prefill(self, sequence_id: str, num_tokens: int) -> Prefilled:
        """Read the next `num_tokens` tokens of a sequence into its KV cache.

        It returns when they are computed. With the last of them the row joins the batch; that one
        is read by the `decode` that gives the row its first token. Of a sequence with inputs no
        row comes.
        """

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        """Give the rows of the batch (each fully prefilled sequence) their next token.

        At least one row gets one; a row that has just joined may get its first one a call later.
        With `ahead`, the tokens after these are being computed when this returns: for a caller
        that comes back at once. Without it nothing is under way, and what follows has the device
        to itself.

        `chunks` are read in the same forward, by an engine that can mix, while nothing is under
        way and without `ahead`. A sequence whose last token is among them joins the batch, and has
        its first token among those returned. With `rows_rest` the forward is for the chunks alone:
        rows that were in the batch before get no token.
        """

    def finish(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        """Remove a sequence that was computed soundly: what it computed may serve others.

        `token_ids` are its prompt and all that was generated.
        """

    def remove(self, sequence_ids: Sequence[str]) -> None:
        """Forget sequences in any state and free what they hold; unknown ids are ignored."""

    def check_integrity(self) -> None:
        """Count again what is held; for an engine that has nothing else to do.

        Raises:
            EngineError: the engine's own numbers contradict each other.
        """

    def close(self) -> None:
        """Free the model and all caches; may be called twice.

        Nothing else may use mlx on this thread afterwards.
        """


ReportProgress = Callable[[str, int], None]
"""Called as report(stage, percent) while an engine is being made."""

EngineFactory = Callable[[ReportProgress], Engine]
"""Makes the engine; called on the inference thread, because mlx arrays do not cross threads."""
