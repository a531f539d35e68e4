"""Makes grammars ready for one model's vocabulary, and keeps the last ones.

Thread: event loop; the work runs on a thread of its own.
"""

import asyncio
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from batching.engine.grammar import CompiledGrammar, GrammarFault
from batching.engine.protocol import Grammar, GrammarKind
from batching.errors import RESTART_SECONDS, InvalidGrammar, NotServing
from batching.grammar_source import NAMES, read_source

MAX_COMPILE_SECONDS = 10.0
"""With the wait for those before it. The largest grammars that are not refused take two or so."""

MAX_CACHED_GRAMMARS = 32
MAX_REASON_CHARACTERS = 300

LIMITS = LLParserLimits(max_lexer_states=50_000, verbose_errors=False)
"""A state takes 1.5 kB, and all answers to one grammar share its states. The library's other limits
bound a compilation to seconds and a mask to some 20 ms; without the flag errors quote answers."""

STACK_BYTES = 256 * 1024 * 1024
"""The compiler descends into rules by recursion, and a stack that overflows ends the process. The
worst grammars of `MAX_GRAMMAR_BYTES` need less than a quarter; unused stack takes no memory."""

_SPECIAL_TOKEN = re.compile(rb"\xff\[([0-9]+)\]")
"""How a special token stands among bytes; the library's own notation."""

_Vocabulary = LLTokenizer | str
_Outcome = CompiledGrammar | str
"""What was made, or why it could not be."""


class GrammarCompiler:
    """Compiles for one model. `load` comes first, `close` last.

    `tokenizer_json` is a tokenizer.json. `vocab_size` is the model's; it may be larger than the
    tokenizer's, and no grammar allows what is beyond that. An answer ends with `eos_token_ids`.
    """

    def __init__(
        self, tokenizer_json: str, *, vocab_size: int, eos_token_ids: frozenset[int]
    ) -> None:
        self._cache: OrderedDict[tuple[GrammarKind, str], Future[_Outcome]] = OrderedDict()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="grammar")
        self._vocabulary = self._start(
            partial(_try_vocabulary, tokenizer_json, vocab_size, eos_token_ids)
        )

    async def load(self) -> str | None:
        """Wait for the vocabulary; the reason if this model can have no grammars."""
        vocabulary = await asyncio.wrap_future(self._vocabulary)
        return vocabulary if isinstance(vocabulary, str) else None

    async def compile(self, grammar: Grammar) -> CompiledGrammar:
        """Make a grammar ready; one that is known takes no time.

        Raises:
            InvalidGrammar: no answer can be kept to it; the message says why.
            NotServing: the compiler was closed before it came to this grammar.
        """
        compiling = self._compiling(grammar)
        try:
            async with asyncio.timeout(MAX_COMPILE_SECONDS):
                # Others may wait for the same grammar, so one that leaves does not cancel it.
                await asyncio.shield(asyncio.wrap_future(compiling))
        except TimeoutError:
            raise InvalidGrammar(
                f"The {NAMES[grammar.kind]} was not compiled in {MAX_COMPILE_SECONDS:.0f} s. "
                "Make it simpler."
            ) from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise _shutting_down() from None
        outcome = compiling.result()
        if isinstance(outcome, str):
            raise InvalidGrammar(outcome)
        return replace(
            outcome, begins_after=grammar.begins_after, postponed_by=grammar.postponed_by
        )

    async def close(self) -> None:
        """Drop what waits, finish what is being compiled, and end the thread."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _start(self, job: Callable[[], _Vocabulary]) -> Future[_Vocabulary]:
        """Give the pool its first job: its one thread starts with it, and gets its stack."""
        before = threading.stack_size(STACK_BYTES)
        try:
            return self._pool.submit(job)
        finally:
            threading.stack_size(before)

    def _compiling(self, grammar: Grammar) -> Future[_Outcome]:
        """What the cache has, or a new compilation."""
        key = grammar.kind, grammar.source
        known = self._cache.get(key)
        if known is None or _is_worn_out(known):
            try:
                known = self._pool.submit(self._compile, grammar)
            except RuntimeError:
                raise _shutting_down() from None
            self._cache[key] = known
        self._cache.move_to_end(key)
        if len(self._cache) > MAX_CACHED_GRAMMARS:
            self._cache.popitem(last=False)
        return known

    def _compile(self, grammar: Grammar) -> _Outcome:
        vocabulary = self._vocabulary.result()
        if isinstance(vocabulary, str):
            return vocabulary
        try:
            return compile_grammar(grammar, vocabulary)
        except InvalidGrammar as fault:
            return str(fault)


def compile_grammar(grammar: Grammar, vocabulary: LLTokenizer) -> CompiledGrammar:
    """The grammar for a vocabulary, from the answer's first token on.

    Raises:
        InvalidGrammar: no answer can be kept to it; the message says why.
    """
    start = LLMatcher(vocabulary, read_source(grammar), log_level=0, limits=LIMITS)
    num_words = -(-vocabulary.vocab_size // 32)
    digest = hashlib.sha256(f"{grammar.kind}\n{grammar.source}".encode()).digest()
    compiled = CompiledGrammar(start, num_words, frozenset(vocabulary.eos_tokens), digest)
    reason = start.get_error() if start.is_error() else _fault_in(compiled)
    if not reason:
        # Objects with hundreds of optional fields fail where the first of them would begin.
        reason = _fault_in(compiled, _forced_tokens(start, vocabulary))
    if reason:
        raise InvalidGrammar(f"The {NAMES[grammar.kind]} cannot be used: {_shorten(reason)}")
    return compiled


def read_vocabulary(
    tokenizer_json: str, vocab_size: int, eos_token_ids: frozenset[int]
) -> LLTokenizer:
    """A tokenizer.json's tokens as bytes. Holds the GIL for a second or more if there are many.

    Raises:
        InvalidGrammar: no grammar can be had with this tokenizer.
    """
    ends = sorted(token_id for token_id in eos_token_ids if token_id < vocab_size)
    if not ends:
        raise InvalidGrammar("This model has no token that ends an answer.")
    # Some tokenizers have more tokens than their model: what the model lacks is cut off a mask.
    for num_tokens in (vocab_size, None):
        try:
            return LLTokenizer(tokenizer_json, n_vocab=num_tokens, eos_token=ends)
        except ValueError as error:
            reason = _shorten(str(error))
    raise InvalidGrammar(f"This model's tokenizer cannot be used: {reason}")


def _try_vocabulary(
    tokenizer_json: str, vocab_size: int, eos_token_ids: frozenset[int]
) -> _Vocabulary:
    try:
        return read_vocabulary(tokenizer_json, vocab_size, eos_token_ids)
    except InvalidGrammar as fault:
        return str(fault)


def _fault_in(compiled: CompiledGrammar, generated: Sequence[int] = ()) -> str | None:
    """What a mask finds that compiling did not. Later masks are faster for it."""
    try:
        compiled.begin(generated).mask()
    except GrammarFault as fault:
        # What the library says of a grammar like `start: start`.
        return "no text matches it." if "NoExtension" in str(fault) else str(fault)
    return None


def _forced_tokens(start: LLMatcher, vocabulary: LLTokenizer) -> list[int]:
    """The tokens with which every answer begins.

    Not by `compute_ff_tokens`: it leaves out the last, which might be a longer one.
    """
    forced: list[int] = []
    for place, part in enumerate(_SPECIAL_TOKEN.split(start.deep_copy().compute_ff_bytes())):
        forced += [int(part)] if place % 2 else vocabulary.tokenize_bytes(part)
    return forced


def _is_worn_out(known: Future[_Outcome]) -> bool:
    """Whether it is to be made again: its answers have used up the states that they share."""
    if not known.done() or known.cancelled():
        return False
    if known.exception() is not None:
        return True
    outcome = known.result()
    return isinstance(outcome, CompiledGrammar) and _fault_in(outcome) is not None


def _shorten(reason: str) -> str:
    """One line, without the middle of a long one: the library quotes whole grammars."""
    line = " ".join(reason.removesuffix("<non-verbose/>").split())
    half = MAX_REASON_CHARACTERS // 2
    return line if len(line) <= 2 * half else f"{line[:half]} … {line[-half:]}"


def _shutting_down() -> NotServing:
    return NotServing("The server is shutting down.", retry_after_seconds=RESTART_SECONDS)
