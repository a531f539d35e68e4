"""Turns dialogues into batches of token ids with a weight per wanted token."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from .chatml import render
from .dialogues import Dialogue, make_dialogue
from .practice import copy_task

OTHER_SHARE, OTHER_WEIGHT = 0.25, 0.3
CHUNK = 1500
MAX_LENGTH = 2600


@dataclass(frozen=True, slots=True)
class Row:
    """A tokenised dialogue; the model has to write the tokens marked as answers."""

    token_ids: list[int]
    is_answer: list[bool]


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs (row, position), and the flat places, targets and weights of the scored tokens."""

    token_ids: Tensor
    places: Tensor
    targets: Tensor
    weights: Tensor


def tokenise(tokenizer: Tokenizer, dialogue: Dialogue) -> Row:
    """Encode a dialogue piece by piece, as the server would see it."""
    ids: list[int] = []
    marks: list[bool] = []
    for text, is_answer in render(dialogue.messages, dialogue.tool_schemas):
        piece = tokenizer.encode(text).ids
        ids += piece
        marks += [is_answer] * len(piece)
    return Row(ids, marks)


def make_batch(rows: list[Row], rng: Random) -> Batch:
    """Pad rows to the longest; score every answer token and some of the others."""
    length = max(len(row.token_ids) for row in rows)
    token_ids = torch.zeros(len(rows), length, dtype=torch.long)
    places, targets, weights = [], [], []
    for number, row in enumerate(rows):
        token_ids[number, : len(row.token_ids)] = torch.tensor(row.token_ids)
        for at in range(1, len(row.token_ids)):
            if row.is_answer[at] or rng.random() < OTHER_SHARE:
                places.append(number * length + at - 1)
                targets.append(row.token_ids[at])
                weights.append(1.0 if row.is_answer[at] else OTHER_WEIGHT)
    return Batch(token_ids, torch.tensor(places), torch.tensor(targets), torch.tensor(weights))


def group_rows(rows: list[Row], batch_tokens: int, rng: Random) -> list[list[Row]]:
    """Put rows of similar length together, at most `batch_tokens` with padding; shuffle the groups."""
    rows = sorted(rows, key=lambda row: len(row.token_ids) * rng.uniform(0.9, 1.1))
    groups: list[list[Row]] = [[]]
    longest = 0
    for row in rows:
        longest = max(longest, len(row.token_ids))
        if groups[-1] and longest * (len(groups[-1]) + 1) > batch_tokens:
            groups.append([])
            longest = len(row.token_ids)
        groups[-1].append(row)
    rng.shuffle(groups)
    return groups


def practice_factor(done: float) -> float:
    """Scale the share of copy exercises: a third of all dialogues at first, few from half-way on."""
    if done < 0.08:
        return 7.0 - 4.0 * done / 0.08
    return max(0.8, 3.0 * (0.55 - done) / 0.47)


def training_batches(
    tokenizer: Tokenizer, seed: str, batch_tokens: int, count: int, *, is_second_stage: bool
) -> Iterator[Batch]:
    """Yield `count` batches of fresh dialogues, in the first stage many copy exercises at first."""
    made, chunk = 0, 0
    while True:
        rng = Random(f"{seed}-{chunk}")
        practice = 1.0 if is_second_stage else practice_factor(made / count)
        dialogues = [make_dialogue(rng, practice=practice) for _ in range(CHUNK)]
        rows = [tokenise(tokenizer, dialogue) for dialogue in dialogues]
        rows = [row for row in rows if len(row.token_ids) <= MAX_LENGTH]
        for group in group_rows(rows, batch_tokens, rng):
            yield make_batch(group, rng)
            made += 1
            if made == count:
                return
        chunk += 1


def copy_batch(tokenizer: Tokenizer, seed: int, count: int = 64) -> Batch:
    """Make a batch that measures copying: only the answers are scored."""
    rng = Random(f"copy-{seed}")
    rows = []
    for _ in range(count):
        question, answer = copy_task(rng)
        messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        rows.append(tokenise(tokenizer, Dialogue("practice", messages, [])))
    batch = make_batch(rows, rng)
    chosen = batch.weights == 1.0
    return Batch(
        batch.token_ids, batch.places[chosen], batch.targets[chosen], batch.weights[chosen]
    )
