"""What is checked of a whole input file before a batch begins.

Thread: event loop; the lines are looked at in asyncio's own pool.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from jobs.input_lines import InputLines, InvalidLine, Line, read_line
from jobs.records import LineFault

MAX_LINES = 50_000
MAX_EMBEDDING_INPUTS = 50_000
MAX_FAULTS = 100
"""That are reported of one file; after them the rest is not looked at."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of an input file. `model` is None where the lines name several."""

    num_lines: int
    model: str | None
    faults: tuple[LineFault, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What validation needs of a line; its body is too large to be kept."""

    number: int
    custom_id: str = ""
    model: str = ""
    num_inputs: int = 1
    fault: LineFault | None = None


async def check_lines(
    lines: InputLines, *, endpoint: str, max_line_bytes: int, knows_model: Callable[[str], bool]
) -> Checked:
    """Look at every line, up to the first fault that says enough."""

    def look(number: int, raw: bytes) -> _Seen:
        try:
            return _seen(read_line(number, raw, endpoint=endpoint, max_bytes=max_line_bytes))
        except InvalidLine as problem:
            return _Seen(number, fault=replace(problem.fault, line=number))

    check = _Check(endpoint, knows_model)
    while not check.has_enough and (piece := await lines.next_piece(look)) is not None:
        for line in piece:
            check.add(line)
    return check.result()


class _Check:
    def __init__(self, endpoint: str, knows_model: Callable[[str], bool]) -> None:
        self._endpoint = endpoint
        self._knows_model = knows_model
        self._numbers: dict[str, int] = {}
        """Of each custom_id: the line that has it."""
        self._models: dict[str, bool] = {}
        self._num_lines = 0
        self._num_inputs = 0
        self._faults: list[LineFault] = []

    @property
    def has_enough(self) -> bool:
        return len(self._faults) > MAX_FAULTS or self._excess() is not None

    def add(self, line: _Seen) -> None:
        self._num_lines += 1
        self._num_inputs += line.num_inputs
        fault = line.fault or self._duplicate(line) or self._unknown_model(line)
        if fault:
            self._faults.append(fault)

    def result(self) -> Checked:
        faults = self._faults
        if excess := self._excess():
            faults = [excess]
        elif len(faults) > MAX_FAULTS:
            rest = LineFault(
                "too_many_errors",
                f"More than {MAX_FAULTS} lines are wrong; the rest was not checked.",
                line=faults[MAX_FAULTS].line,
            )
            faults = [*faults[:MAX_FAULTS], rest]
        elif not self._num_lines:
            faults = [LineFault("empty_file", "The input file has no lines.")]
        model = next(iter(self._models)) if len(self._models) == 1 else None
        return Checked(self._num_lines, model, tuple(faults))

    def _excess(self) -> LineFault | None:
        if self._num_lines > MAX_LINES:
            return LineFault(
                "too_many_tasks",
                f"The input file has more than {MAX_LINES:,} lines, the limit. Divide it.",
            )
        if self._endpoint == "/v1/embeddings" and self._num_inputs > MAX_EMBEDDING_INPUTS:
            return LineFault(
                "too_many_tasks",
                f"The lines have more than {MAX_EMBEDDING_INPUTS:,} inputs together, the limit. "
                "Divide the file.",
            )
        return None

    def _duplicate(self, line: _Seen) -> LineFault | None:
        first = self._numbers.setdefault(line.custom_id, line.number)
        if first == line.number:
            return None
        return LineFault(
            "duplicate_custom_id",
            f"'custom_id' {line.custom_id[:100]!r} is that of line {first} too.",
            "custom_id",
            line.number,
        )

    def _unknown_model(self, line: _Seen) -> LineFault | None:
        if line.model not in self._models:
            self._models[line.model] = self._knows_model(line.model)
        if self._models[line.model]:
            return None
        return LineFault(
            "model_not_found",
            f"The model {line.model[:100]!r} is not served here. GET /v1/models lists those that "
            "are.",
            "body.model",
            line.number,
        )


def _seen(line: Line) -> _Seen:
    inputs = line.body.get("input")
    is_several = isinstance(inputs, list) and inputs and not isinstance(inputs[0], int)
    num_inputs = len(inputs) if isinstance(inputs, list) and is_several else 1
    return _Seen(line.number, line.custom_id, str(line.body["model"]), num_inputs)
