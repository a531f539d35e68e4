"""How fast streams that run together produce tokens, their prompts left out.

Thread: both (pure).
"""

from benchmarks.loads import Answer, Answers, LoadFailed


def decode_rate(answers: Answers) -> float:
    """Tokens per second of all streams together while all of them are decoding.

    That is from the time when the last of them has its first token until the first of them has its
    last. The rates of the streams are added up, each between two of its own tokens: steps that
    straddle the borders count for nobody.

    Raises:
        LoadFailed: the streams were never decoding at the same time.
    """
    begin = max(answer.piece_seconds[0] for answer in answers.all)
    end = min(answer.piece_seconds[-1] for answer in answers.all)
    return sum(_rate_between(answer, begin, end) for answer in answers.all)


def span_rate(answers: Answers) -> float:
    """Tokens per second from the first token of any stream to the last of all.

    For servers that let some streams wait for others; those who decode all at once have no less.

    Raises:
        LoadFailed: all tokens came at once.
    """
    begin = min(answer.piece_seconds[0] for answer in answers.all)
    end = max(answer.piece_seconds[-1] for answer in answers.all)
    if end == begin:
        raise LoadFailed("the answers are too short: all tokens came at once")
    return (answers.num_completion_tokens - len(answers.all)) / (end - begin)


def step_seconds(answers: Answers) -> float:
    """Time that a decode step of all streams takes.

    Raises:
        LoadFailed: as for `decode_rate`.
    """
    return len(answers.all) / decode_rate(answers)


def _rate_between(answer: Answer, begin: float, end: float) -> float:
    inside = [seconds for seconds in answer.piece_seconds if begin <= seconds <= end]
    if len(inside) < 2 or inside[-1] == inside[0]:
        raise LoadFailed("the answers are too short: the streams did not decode at the same time")
    return answer.tokens_per_piece * (len(inside) - 1) / (inside[-1] - inside[0])
