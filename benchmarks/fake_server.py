"""Hearth on an engine that computes nothing: `python -m benchmarks.fake_server [flags]`.

Thread: event loop (the main thread), and the inference thread that the server starts.

Template, tokenizer, HTTP, batching and detokenising are the real ones; so what an answer takes is
what Hearth itself takes.
"""

import asyncio
import sys

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, EngineSequence, EngineSpec, ReportProgress
from model_manager import ModelManager
from model_plan import ModelPlan, plan_model
from served_model import ServedModel
from server import leave, start_logging
from serving import serve
from settings import load_settings

FIRST_WORD = 3
"""Where the user's words begin in a prompt of the bundled model."""
NUM_WORDS = 8


def echo_words(sequence: EngineSequence, position: int) -> int:
    """The user's first words, round and round: tokens that have a text, one piece each."""
    return sequence.token_ids[FIRST_WORD + position % NUM_WORDS]


def make_engine(plan: ModelPlan, report: ReportProgress) -> Engine:
    spec = EngineSpec(
        vocab_size=plan.facts.config["vocab_size"],
        context_length=plan.memory.context_length,
        max_slots=plan.memory.max_slots,
    )
    return FakeEngine(spec, script=echo_words)


def main(flags: list[str]) -> int:
    settings = load_settings(flags)
    start_logging(settings)
    plan = plan_model(settings)
    return asyncio.run(
        serve(settings, lambda: ModelManager([ServedModel(plan, make_engine=make_engine)]))
    )


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
