"""server.serve on a FakeEngine: `python -m tests.acceptance.fake_server SCENE [flags]`.

An answer is its prompt again, round and round with ignore_eos. A decode takes 20 ms, but nothing in
the scene "quick"; in "counted" a byte is appended to $SEQUENCES_FILE for each sequence.
"""

import asyncio
import os
import sys
from pathlib import Path

from batching.engine.fake import FakeEngine
from batching.engine.fake_faults import Faults
from batching.engine.protocol import Engine, EngineSequence, EngineSpec, ReportProgress
from model_manager import ModelManager
from model_plan import ModelPlan, plan_model
from served_model import ServedModel
from server import leave, start_logging
from serving import serve
from settings import load_settings

STEP_SECONDS = 0.02
DEADLY_STEP = 50


class CountingEngine(FakeEngine):
    """Writes a byte for each sequence, which outlives a kill."""

    def add(self, sequence: EngineSequence) -> None:
        with Path(os.environ["SEQUENCES_FILE"]).open("ab") as file:
            file.write(b".")
        super().add(sequence)


def make_faults(scene: str) -> Faults:
    faults = Faults()
    if scene == "engine-dies":
        faults.die_at_decode(DEADLY_STEP)
    return faults


def main(scene: str, *flags: str) -> int:
    settings = load_settings(list(flags))
    start_logging(settings)
    step_seconds = 0.0 if scene == "quick" else STEP_SECONDS

    def make_engine(plan: ModelPlan, report: ReportProgress) -> Engine:
        spec = EngineSpec(
            vocab_size=plan.facts.config["vocab_size"],
            context_length=plan.memory.context_length,
            max_slots=plan.memory.max_slots,
        )
        make = CountingEngine if scene == "counted" else FakeEngine
        return make(spec, faults=make_faults(scene), step_seconds=step_seconds)

    def make_manager() -> ModelManager:
        return ModelManager([ServedModel(plan_model(settings), make_engine=make_engine)])

    return asyncio.run(serve(settings, make_manager))


if __name__ == "__main__":
    leave(main(*sys.argv[1:]))
