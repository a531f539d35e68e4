"""Small exercises that teach a model to copy; they fade out in the second half of the training."""

from random import Random

from . import vocabulary as vocab

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COPY_FORMS = (
    "Repeat: {x}",
    "Copy this: {x}",
    "Say {x}",
    "Write exactly: {x}",
    "{x}\n\nRepeat the text above.",
)


def _word(rng: Random) -> str:
    """Make a random word, number, ticker or known name."""
    match rng.randrange(6):
        case 0:
            return "".join(rng.choice(LETTERS) for _ in range(rng.randint(2, 7)))
        case 1:
            return rng.choice((vocab.price, vocab.percent))(rng)
        case 2:
            return "".join(rng.choice(LETTERS.upper()) for _ in range(rng.randint(3, 5)))
        case 3:
            return vocab.invented_coin(rng).name
        case 4:
            return rng.choice(vocab.CITIES + vocab.COMPANIES)
    return rng.choice(vocab.REAL_COINS)[rng.randrange(3)]


def copy_task(rng: Random) -> tuple[str, str]:
    """Ask for random words to be repeated."""
    text = " ".join(_word(rng) for _ in range(rng.randint(3, 18)))
    return rng.choice(COPY_FORMS).format(x=text), text


def lookup_task(rng: Random) -> tuple[str, str]:
    """List names with values and ask for one of the values."""
    count = rng.randint(2, 7)
    names = {_word(rng): _word(rng) for _ in range(count)}
    name = rng.choice(list(names))
    mark = rng.choice((" = ", ": ", " is ", " (", '": "'))
    closing = {" (": ")", '": "': '"'}.get(mark, "")
    rows = [f"{key}{mark}{value}{closing}" for key, value in names.items()]
    listed = rng.choice((", ", "\n", ". ")).join(rows)
    return f"{listed}\n\n{name}?", names[name]
