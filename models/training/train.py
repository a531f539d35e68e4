"""Trains hearth-tiny-demo from scratch and writes its folder.

The schedule counts steps, and everything is drawn from one seed: the same machine makes the same model.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor, distributed, multiprocessing
from torch.nn import functional

from .batches import Batch, copy_batch, training_batches
from .chatml import render
from .dialogues import make_dialogue
from .export import read_folder, write_folder
from .network import Network, Shape
from .optimiser import Optimiser
from .tokens import VOCAB_SIZE, train_tokenizer

DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "tiny"
BATCHES_PER_STEP = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what comes out."""

    steps: int
    seed: int
    batch_tokens: int
    muon_rate: float
    adam_rate: float
    dtype: torch.dtype
    warm_up: int = 100
    constant_share: float = 0.35
    last_factor: float = 0.02
    num_processes: int = 1
    start_folder: Path | None = None

    def factor(self, step: int) -> float:
        """Return the learning-rate factor: warm-up, constant, then linear decay."""
        if step < self.warm_up:
            return (step + 1) / self.warm_up
        done = step / self.steps
        if done < self.constant_share:
            return 1.0
        left = (1 - done) / (1 - self.constant_share)
        return self.last_factor + (1 - self.last_factor) * left


def has_fast_bf16() -> bool:
    """Tell whether this processor multiplies bf16 matrices faster than fp32 ones."""
    path = Path("/proc/cpuinfo")
    return path.exists() and any(name in path.read_text() for name in ("avx512_bf16", "amx_bf16"))


def make_tokenizer(seed: int, count: int = 12000) -> Tokenizer:
    """Learn the tokenizer from dialogues of its own."""
    rng = Random(f"tokenizer-{seed}")
    dialogues = (make_dialogue(rng) for _ in range(count))
    return train_tokenizer(
        text for each in dialogues for text, _ in render(each.messages, each.tool_schemas)
    )


def batch_loss(network: Network, batch: Batch, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return the weighted loss and the share of scored tokens that are predicted right."""
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        hidden = network.hidden(batch.token_ids)
        logits = network.logits(hidden.flatten(0, 1)[batch.places]).float()
    losses = functional.cross_entropy(logits, batch.targets, reduction="none")
    is_right = (logits.argmax(-1) == batch.targets)[batch.weights == 1.0]
    return (losses * batch.weights).sum() / batch.weights.sum(), is_right.float().mean()


def train_step(
    network: Network, batches: Iterator[Batch], dtype: torch.dtype
) -> tuple[float, float, int]:
    """Add up the gradients of one step; return loss, answer accuracy and number of tokens."""
    loss_sum = accuracy_sum = 0.0
    num_tokens = 0
    for _ in range(BATCHES_PER_STEP):
        batch = next(batches)
        loss, accuracy = batch_loss(network, batch, dtype)
        (loss / BATCHES_PER_STEP).backward()  # type: ignore[no-untyped-call]
        loss_sum += loss.item() / BATCHES_PER_STEP
        accuracy_sum += accuracy.item() / BATCHES_PER_STEP
        num_tokens += batch.token_ids.numel()
    if distributed.is_initialized():
        average_gradients(network)
    return loss_sum, accuracy_sum, num_tokens


def average_gradients(network: Network) -> None:
    """Give every process the mean of all processes' gradients, so that they stay the same network."""
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    joined = torch.cat([each.flatten() for each in gradients])
    distributed.all_reduce(joined)
    joined /= distributed.get_world_size()
    sizes = [each.numel() for each in gradients]
    for gradient, mean in zip(gradients, joined.split(sizes), strict=True):
        gradient.copy_(mean.view_as(gradient))


class Progress:
    """Prints a line every so many steps."""

    def __init__(self, plan: Plan, every: int) -> None:
        self.plan, self.every = plan, every
        self.start_seconds = time.monotonic()
        self.loss_sum = self.accuracy_sum = 0.0
        self.num_tokens = 0

    def note(
        self, step: int, numbers: tuple[float, float, int], network: Network, copies: Batch
    ) -> None:
        """Take in the numbers of one step."""
        self.loss_sum += numbers[0]
        self.accuracy_sum += numbers[1]
        self.num_tokens += numbers[2]
        if (step + 1) % self.every and step + 1 != self.plan.steps:
            return
        with torch.no_grad():
            copy_loss, copy_accuracy = batch_loss(network, copies, self.plan.dtype)
        spent = time.monotonic() - self.start_seconds
        left = spent / (step + 1) * (self.plan.steps - step - 1)
        print(
            f"step {step + 1}/{self.plan.steps}  loss {self.loss_sum / self.every:.3f}  "
            f"answers {self.accuracy_sum / self.every:.3f}  copy {copy_loss.item():.2f} / "
            f"{copy_accuracy.item():.3f}  {self.num_tokens / spent:.0f} tok/s  "
            f"{spent:.0f} s, {left:.0f} s left",
            flush=True,
        )
        self.loss_sum = self.accuracy_sum = 0.0


def train(
    plan: Plan, folder: Path, checkpoint_folder: Path | None, every: int, rank: int = 0
) -> None:
    """Train a network, from scratch or from the plan's folder, and write it into `folder`.

    Each of several processes reads text of its own; the first one, of rank 0, writes.
    """
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    if plan.start_folder:
        network, tokenizer = read_folder(plan.start_folder)
    else:
        tokenizer = make_tokenizer(plan.seed)
        network = Network(Shape(vocab_size=VOCAB_SIZE))
    print(f"{sum(each.numel() for each in network.parameters()):,} parameters, {plan}", flush=True)
    optimiser = Optimiser(network, plan.muon_rate, plan.adam_rate)
    count = plan.steps * BATCHES_PER_STEP
    text_seed = f"{plan.seed}.{rank}" if plan.num_processes > 1 else str(plan.seed)
    is_second_stage = plan.start_folder is not None
    batches = training_batches(
        tokenizer, text_seed, plan.batch_tokens, count, is_second_stage=is_second_stage
    )
    copies = copy_batch(tokenizer, plan.seed)
    progress = Progress(plan, every)
    for step in range(plan.steps):
        numbers = train_step(network, batches, plan.dtype)
        optimiser.step(plan.factor(step), plan.dtype)
        if rank > 0:
            continue
        progress.note(step, numbers, network, copies)
        if checkpoint_folder and (step + 1) % (5 * every) == 0:
            write_folder(checkpoint_folder, network, tokenizer)
    if rank == 0:
        write_folder(folder, network, tokenizer)


def train_in_process(
    rank: int,
    meeting_file: str,
    plan: Plan,
    folder: Path,
    checkpoint_folder: Path | None,
    every: int,
) -> None:
    """Be one of several processes that train the same network."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting_file}", rank=rank, world_size=plan.num_processes
    )
    train(plan, folder, checkpoint_folder, every, rank)
    distributed.destroy_process_group()


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--batch-tokens", type=int, default=2048, help="tokens per step")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=0.004)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument(
        "--checkpoint-folder", type=Path, help="also write the model here now and then"
    )
    parser.add_argument(
        "--every", type=int, default=100, help="steps between two lines of progress"
    )
    parser.add_argument("--start-folder", type=Path, help="second stage: go on from this model")
    parser.add_argument("--processes", type=int, default=1, help="one for each core")
    return parser.parse_args()


def main() -> None:
    """Train as the command line says, on one thread of each process."""
    options = parse_arguments()
    is_bf16 = has_fast_bf16() if options.precision == "auto" else options.precision == "bf16"
    plan = Plan(
        options.steps,
        options.seed,
        options.batch_tokens,
        options.muon_rate,
        options.adam_rate,
        torch.bfloat16 if is_bf16 else torch.float32,
        constant_share=0.1 if options.start_folder else 0.35,
        num_processes=options.processes,
        start_folder=options.start_folder,
    )
    arguments = (plan, options.folder, options.checkpoint_folder, options.every)
    if plan.num_processes == 1:
        train(*arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        processes = multiprocessing.spawn  # type: ignore[attr-defined]
        processes(train_in_process, (f"{folder}/meeting", *arguments), plan.num_processes)


if __name__ == "__main__":
    main()
