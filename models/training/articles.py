"""Coin-news articles with their correct analysis, made from templates."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from random import Random

from . import vocabulary as vocab
from .events import Event
from .events_neutral import EVENTS
from .fillers import DISTRACTORS, FILLERS, KO_FILLERS, REACTIONS
from .pools import Pool, Split, vary, without, written_lines
from .sentiment_words import ADJECTIVES, CAUSES, KO_VERBS, VERBS
from .vocabulary import Coin

SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
WRITTEN_SHARE = 0.85
"""Of the training leads; the others come from the event's own few, which have follow-ups."""
SIDE_POOLS = {
    ("fillers", "en"): FILLERS,
    ("fillers", "ko"): KO_FILLERS,
    ("reactions", "en"): REACTIONS,
    ("distractors", "en"): DISTRACTORS,
}
PARTICLES = {"은": ("은", "는"), "이": ("이", "가"), "을": ("을", "를"), "으로": ("으로", "로")}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which parts of an article come from held-out material, its language and its length."""

    leads: Split = "train"
    words: Split = "train"
    coins: Split = "train"
    korean: bool = False
    min_sentences: int = 1
    max_sentences: int = 8
    invented_share: float = 0.4


@dataclass(frozen=True, slots=True)
class Article:
    """An article and what a correct analysis says about it."""

    text: str
    coin: str
    sentiment: str
    reason: str

    def analysis(self) -> str:
        """Return the JSON answer."""
        answer = {"coin": self.coin, "sentiment": self.sentiment, "reason": self.reason}
        return json.dumps(answer, ensure_ascii=False)


@dataclass(slots=True)
class Filler:
    """Fills the slots of templates for one article."""

    rng: Random
    recipe: Recipe
    event: Event
    coin: Coin
    other: Coin
    is_ticker_shown: bool = field(default=False)
    is_ticker_only: bool = field(default=False)

    def fill(self, template: str) -> str:
        """Replace every slot; upper-case the first letter of the sentence."""
        text = SLOT.sub(lambda match: self._slot(match[1], match[2]), template)
        return text[0].upper() + text[1:] if self.rng.random() < 0.97 else text

    def _slot(self, name: str, particle: str | None) -> str:
        value = self._coin_mention() if name == "c" else self._value(name)
        return value + korean_particle(value, particle) if particle else value

    def _coin_mention(self) -> str:
        if self.is_ticker_only:
            return self.rng.choice((self.coin.ticker, f"${self.coin.ticker}"))
        needs_ticker = not self.coin.is_real and not self.is_ticker_shown
        text = vocab.mention(
            self.rng, self.coin, korean=self.recipe.korean, with_ticker=needs_ticker
        )
        self.is_ticker_only = needs_ticker and self.coin.name not in text
        self.is_ticker_shown = True
        return text

    def _value(self, name: str) -> str:
        rng, words = self.rng, self.recipe.words
        sentiment = self.event.sentiment
        match name:
            case "verb":
                verbs = KO_VERBS if self.recipe.korean else VERBS
                return verbs[sentiment].pick(rng, words)
            case "adj":
                return ADJECTIVES[sentiment].pick(rng, words)
            case "cause":
                return CAUSES[sentiment].pick(rng, words)
            case "other":
                return vocab.mention(rng, self.other, korean=self.recipe.korean, with_ticker=False)
        return plain_value(rng, name, korean=self.recipe.korean)


def korean_particle(value: str, particle: str) -> str:
    """Choose the form of a particle by the last sound of the word before any bracket."""
    last = value.split("(", maxsplit=1)[0].strip()[-1]
    closed, opened = PARTICLES[particle]
    if not "가" <= last <= "힣":
        return opened
    final = (ord(last) - ord("가")) % 28
    if particle == "으로" and final == 8:
        return opened
    return closed if final else opened


def plain_value(rng: Random, name: str, *, korean: bool) -> str:
    """Fill a slot that does not depend on the article's coin or sentiment."""
    if name in ("pct", "usd", "money", "amt"):
        makers = {"pct": vocab.percent, "usd": vocab.price, "money": vocab.dollars}
        text = makers.get(name, vocab.amount)(rng)
        return text.replace(" million", "백만") if korean else text
    if name == "n":
        return str(rng.randint(4, 20))
    if name == "ver":
        return ".".join(str(rng.randint(0, 30)) for _ in range(rng.choice((2, 2, 3))))
    english = {
        "x": vocab.EXCHANGES, "co": vocab.COMPANIES, "bank": vocab.BANKS, "place": vocab.PLACES,
        "city": vocab.CITIES, "person": vocab.PEOPLE, "day": vocab.DAYS, "month": vocab.MONTHS,
    }  # fmt: skip
    hangul = {
        "x": vocab.KO_EXCHANGES, "co": vocab.KO_COMPANIES, "bank": vocab.BANKS,
        "place": vocab.KO_PLACES, "day": vocab.KO_DAYS,
    }  # fmt: skip
    return rng.choice((hangul if korean and name in hangul else english)[name])


def make_article(rng: Random, recipe: Recipe, event: Event | None = None) -> Article:
    """Make one article; the news itself comes first, other sentences follow in any order."""
    event = event or rng.choices(EVENTS, [each.weight for each in EVENTS])[0]
    invented = recipe.coins == "held_out" or rng.random() < recipe.invented_share
    coin = vocab.invented_coin(rng, recipe.coins) if invented else vocab.real_coin(rng)
    other = vocab.real_coin(rng)
    while other.ticker == coin.ticker:
        other = vocab.real_coin(rng)
    filler = Filler(rng, recipe, event, coin, other)
    count = rng.randint(recipe.min_sentences, recipe.max_sentences)
    has_headline = rng.random() < 0.35
    sentences = _sentences(filler, count, may_open=not has_headline)
    body = _paragraphs(rng, sentences[1:] if has_headline else sentences)
    text = (
        f"{sentences[0].rstrip('.')}\n\n{body}" if has_headline and body else body or sentences[0]
    )
    return Article(text, coin.ticker, event.sentiment, event.reason)


def _sentences(filler: Filler, count: int, *, may_open: bool) -> list[str]:
    """Write the lead, then follow-ups, reactions and fillers; one of them may come before the lead."""
    rng, event, recipe = filler.rng, filler.event, filler.recipe
    leads = (event.korean if recipe.korean else event.leads).phrases(recipe.leads)
    if recipe.leads == "train" and rng.random() < WRITTEN_SHARE:
        leads = written_leads(event, korean=recipe.korean)
    num_leads = 2 if count > 1 and len(leads) > 1 and rng.random() < 0.35 else 1
    sentences = [filler.fill(vary(rng, lead)) for lead in rng.sample(leads, num_leads)]
    rest = [filler.fill(template) for template in _other_templates(filler, count - num_leads)]
    if rng.random() < 0.8 or not may_open or count > 5:
        return sentences + rest
    return rest[:1] + sentences + rest[1:]


@cache
def written_leads(event: Event, *, korean: bool) -> tuple[str, ...]:
    """Return the training leads of the leads folder; none can become a held-out lead."""
    language, pool = ("ko", event.korean) if korean else ("en", event.leads)
    return without(written_lines(f"{event.name}.{language}"), pool).train


def _other_templates(filler: Filler, count: int) -> list[str]:
    """Choose sentences that are not the news, with few repetitions."""
    chosen: list[str] = []
    for _ in range(count):
        template = _other_template(filler)
        for _ in range(4):
            if template not in chosen:
                break
            template = _other_template(filler)
        chosen.append(template)
    return chosen


@cache
def side_sentences(kind: str, language: str = "en") -> Pool:
    """Return sentences that are not the news: a pool's own ones and, for training, written ones."""
    pool = SIDE_POOLS[kind, language]
    written = without(written_lines(f"{kind}.{language}"), pool).train
    return Pool(pool.train + written, pool.held_out)


def _other_template(filler: Filler) -> str:
    """Choose a sentence that is not the news; class follow-ups never go with held-out leads."""
    rng, recipe = filler.rng, filler.recipe
    if recipe.korean:
        return vary(rng, side_sentences("fillers", "ko").pick(rng, recipe.leads))
    draw = rng.random()
    follow_share = 0.25 if recipe.max_sentences < 20 else 0.06
    if draw < follow_share and recipe.leads == "train":
        return rng.choice(filler.event.follow_ups)
    if draw < 0.45 and recipe.max_sentences < 20:
        return vary(rng, side_sentences("reactions").pick(rng, recipe.leads))
    if draw < 0.6:
        return vary(rng, side_sentences("distractors").pick(rng, recipe.leads))
    return vary(rng, side_sentences("fillers").pick(rng, recipe.leads))


def _paragraphs(rng: Random, sentences: list[str]) -> str:
    """Join sentences with spaces, in some articles with paragraph breaks."""
    if rng.random() < 0.75:
        return " ".join(sentences)
    size = rng.randint(1, 4)
    groups = [sentences[start : start + size] for start in range(0, len(sentences), size)]
    return "\n\n".join(" ".join(group) for group in groups)
