"""A sequence on its way through the engine, and the table of all of them.

Thread: inference.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from batching.engine.protocol import EngineSequence, TokenLogprobs
from batching.messages import FinishReason, Submit


@dataclass(slots=True)
class Sequence:
    """One submitted request with what was computed for it so far.

    `num_prefilled` counts tokens that are in the KV cache; the sequence decodes once all of
    `num_to_prefill` are. A sequence that is computed again after a fault prefills its generated
    tokens too. `admitted_seconds` is when it got its slot, on the thread's monotonic clock. A
    paused sequence keeps its slot and its tokens, but no KV cache; it has been paused, or running,
    since `since_seconds`. `num_cached` prompt tokens came from the prefix cache; `waits_for` is the
    sequence that is computing the next ones. One that `is_read_alone` was in a failed step with
    others, or wants the log probabilities of its prompt.
    """

    submit: Submit
    admitted_seconds: float = 0.0
    since_seconds: float = 0.0
    generated: list[int] = field(default_factory=list)
    num_prefilled: int = 0
    num_to_prefill: int = 0
    num_faults: int = 0
    has_decoded_since_join: bool = False
    is_paused: bool = False
    is_restarted: bool = False
    is_read_alone: bool = False
    waits_for: str | None = None
    num_cached: int = 0
    prompt_logprobs: list[TokenLogprobs] = field(default_factory=list)
    input_ends: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.since_seconds = self.admitted_seconds
        self.is_read_alone = self.submit.sampling.prompt_logprobs
        self.input_ends = tuple(accumulate(self.submit.input_lengths))
        self._begin()

    @property
    def sequence_id(self) -> str:
        return self.submit.sequence_id

    @property
    def stop_token_ids(self) -> frozenset[int]:
        """A grammar's are among them whatever the rules say: an answer that matches must end."""
        own, grammar = self.submit.stop_rules.stop_token_ids, self.submit.grammar
        return own | grammar.stop_token_ids if grammar else own

    @property
    def is_decoding(self) -> bool:
        return self.num_prefilled >= self.num_to_prefill

    @property
    def is_readable(self) -> bool:
        """Whether its next chunk may be read now."""
        return not (self.is_decoding or self.is_paused or self.waits_for)

    @property
    def is_prompt_only(self) -> bool:
        """Whether only the prompt was to be read: a token is drawn all the same, and dropped."""
        return self.submit.stop_rules.max_tokens == 0

    @property
    def awaits_tokens(self) -> bool:
        """Whether somebody looks at each token as it comes."""
        return self.submit.is_streamed and self.submit.priority == "interactive"

    @property
    def token_ids(self) -> tuple[int, ...]:
        """Prompt and answer so far."""
        return self.submit.prompt_token_ids + tuple(self.generated)

    @property
    def num_tokens(self) -> int:
        """Of prompt and answer so far, as a KV cache holds them."""
        return self.submit.num_read_tokens + len(self.generated)

    @property
    def num_left_to_prefill(self) -> int:
        return self.num_to_prefill - self.num_prefilled

    def whole_inputs(self, max_tokens: int) -> int:
        """Tokens of the next inputs to embed that are at most so many together; perhaps 0."""
        num_whole = bisect_right(self.input_ends, self.num_prefilled + max_tokens)
        end = self.input_ends[num_whole - 1] if num_whole else 0
        return max(0, end - self.num_prefilled)

    @property
    def num_left_of_input(self) -> int:
        """Tokens up to the end of the input that is next; of the prompt, if it has no inputs."""
        following = bisect_right(self.input_ends, self.num_prefilled)
        end = self.input_ends[following] if self.input_ends else self.num_to_prefill
        return end - self.num_prefilled

    def start_over(self) -> None:
        """Its KV cache is gone: the tokens are kept and everything is prefilled again."""
        self.is_restarted = True
        self._begin()

    def pause(self, now_seconds: float) -> None:
        """Give up the KV cache until `resume`."""
        self.start_over()
        self.is_paused, self.since_seconds = True, now_seconds

    def resume(self, now_seconds: float) -> None:
        """Be computed again."""
        self.is_paused, self.since_seconds = False, now_seconds

    def _begin(self) -> None:
        self.num_prefilled = 0
        self.num_to_prefill = len(self.submit.prompt_token_ids) + len(self.generated)
        self.has_decoded_since_join = False
        self.waits_for = None
        self.prompt_logprobs = []

    def for_engine(self) -> EngineSequence:
        """The sequence as the engine takes it, with the tokens generated so far."""
        prompt = self.submit.prompt_token_ids
        return EngineSequence(
            sequence_id=self.sequence_id,
            token_ids=self.token_ids,
            num_prompt_tokens=len(prompt),
            sampling=self.submit.sampling,
            min_tokens=self.submit.stop_rules.min_tokens,
            stop_token_ids=self.stop_token_ids,
            max_tokens=self.submit.stop_rules.max_tokens,
            grammar=self.submit.grammar,
            prefix_use=self.submit.prefix_use,
            input_lengths=self.submit.input_lengths,
        )

    def accept(self, token_id: int) -> FinishReason | None:
        """Append a sampled token; the reason when the sequence is finished with it."""
        rules, grammar = self.submit.stop_rules, self.submit.grammar
        self.generated.append(token_id)
        # Before `min_tokens` a stop token is drawn only where a grammar allows nothing else.
        may_stop = len(self.generated) > rules.min_tokens or grammar is not None
        if may_stop and token_id in self.stop_token_ids:
            return "stop"
        if len(self.generated) >= rules.max_tokens:
            return "length"
        return None


class SequenceTable:
    """All sequences that hold a slot, in order of arrival."""

    def __init__(self) -> None:
        self._sequences: dict[str, Sequence] = {}

    def __len__(self) -> int:
        return len(self._sequences)

    def __iter__(self) -> Iterator[Sequence]:
        return iter(self._sequences.values())

    def add(self, sequence: Sequence) -> None:
        self._sequences[sequence.sequence_id] = sequence

    def get(self, sequence_id: str) -> Sequence | None:
        return self._sequences.get(sequence_id)

    def remove(self, sequence_id: str) -> None:
        del self._sequences[sequence_id]

    def is_reading(self) -> bool:
        """Whether a prompt, or a part of one, is still to be read."""
        return any(sequence.is_readable for sequence in self)

    def watched(self) -> list[Sequence]:
        """Those of whom somebody looks at each token as it comes."""
        return [sequence for sequence in self if sequence.awaits_tokens]

    def is_prompt_first(self) -> bool:
        """Whether somebody waits for the end of a prompt, and nobody for a row's next token."""
        watched = self.watched()
        return (
            any(sequence.is_readable for sequence in watched)
            and not any(sequence.is_decoding for sequence in watched)
            and not self.has_suspect()
        )

    def may_mix(self) -> bool:
        """Whether prompts may be read beside rows: there are both, and none that is doubted."""
        prompts = [sequence for sequence in self if sequence.is_readable]
        return (
            bool(prompts and self.decoding())
            and not any(prompt.is_read_alone for prompt in prompts)
            and not self.has_suspect()
        )

    def waiting(self) -> list[Sequence]:
        """Those that wait for what another sequence computes."""
        return [sequence for sequence in self if sequence.waits_for]

    def has_suspect(self) -> bool:
        """Whether a decode has failed and a row that joined has not decoded since."""
        return any(sequence.num_faults for sequence in self) and any(
            sequence.is_decoding and not sequence.has_decoded_since_join for sequence in self
        )

    def decoding(self) -> list[Sequence]:
        return [sequence for sequence in self if sequence.is_decoding]
