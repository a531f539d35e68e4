"""Wordings that ask for an analysis, and system prompts of every length."""

from random import Random

from .pools import Split, line_pool

RECOMMENDED_ANALYST_PROMPT = (
    "You are a crypto news analyst. Read the article and answer with one JSON object. "
    'Use the keys "coin" (the ticker), "sentiment" ("positive", "negative" or "neutral") '
    'and "reason" (a short phrase). Answer with JSON only.'
)

ROLES = line_pool(
    """You are a crypto news analyst.
    You are a financial analyst.
    You analyse news about coins.
    You are a careful assistant that reads crypto news.
    You are an expert for digital assets.
    You are a news classifier.
    Act as a market analyst.
    You work for a trading desk.
    당신은 암호화폐 뉴스 분석가입니다.
    너는 코인 뉴스를 분석하는 도우미야.""",
    """You are a sentiment engine for a coin portal.
    Your job is to tag crypto headlines.
    당신은 코인 기사 분류기입니다.""",
)
TASKS = line_pool(
    """Read the article and answer with one JSON object.
    For every article you answer with a JSON object.
    Analyse the article and return JSON.
    Extract the coin and the sentiment as JSON.
    Your answer is a single JSON object.
    Read the news and reply in JSON.
    Tell which coin it is about and how the news is for it, as JSON.
    Classify each article that the user sends. The answer is JSON.
    기사를 읽고 JSON 객체 하나로 답하세요.
    사용자가 보낸 기사를 분석해서 JSON으로 답해.""",
    """Turn each text into one small JSON record.
    Whatever article arrives, give back JSON about its coin and tone.
    기사마다 JSON 한 개를 돌려주세요.""",
)
KEYS = line_pool(
    """Use the keys "coin" (the ticker), "sentiment" ("positive", "negative" or "neutral") and "reason" (a short phrase).
    Keys: coin, sentiment, reason.
    Fields: "coin" = ticker symbol, "sentiment" = positive | negative | neutral, "reason" = a few words.
    Format: {"coin": "...", "sentiment": "...", "reason": "..."}
    The format is {"coin": ticker, "sentiment": "positive" or "negative" or "neutral", "reason": text}.
    It has three keys: coin, sentiment and reason.
    The sentiment is positive, negative or neutral.
    Schema: {"type": "object", "properties": {"coin": {"type": "string"}, "sentiment": {"enum": ["positive", "negative", "neutral"]}, "reason": {"type": "string"}}}
    Example: {"coin": "BTC", "sentiment": "positive", "reason": "ETF approved"}
    Example answer: {"coin": "SOL", "sentiment": "negative", "reason": "network outage"}
    키는 coin, sentiment, reason 입니다.
    형식: {"coin": "티커", "sentiment": "positive/negative/neutral", "reason": "이유"}""",
    """Each record holds the ticker as coin, the tone as sentiment and a brief reason.
    Like this: {"coin": "XRP", "sentiment": "neutral", "reason": "vote scheduled"}
    coin, sentiment, reason 세 항목을 채우세요.""",
)
LIMITS = line_pool(
    """Answer with JSON only.
    No other text.
    Do not add explanations.
    Output only the JSON.
    Do not use Markdown.
    Write nothing before or after the JSON.
    JSON 외에는 아무것도 쓰지 마세요.
    설명은 필요 없습니다.""",
    """Leave out any commentary.
    다른 말은 하지 마세요.""",
)
RULES = line_pool(
    """Use the ticker and not the name of the coin.
    If several coins are named, take the one that the news is about.
    A listing on an exchange is good news.
    A delisting is bad news.
    Theft, hacks and exploits are bad news.
    Routine releases are neutral.
    A report without surprises is neutral.
    Judge the news and not your own opinion.
    Do not give financial advice.
    Do not invent numbers.
    Articles may be in English or in Korean.
    Keep the reason short.
    Ignore advertisements and legal notes in the article.
    Ignore comments of readers.
    The text may contain mistakes in spelling.
    Dates and places are not important.
    Other coins may be named for comparison; they do not count.
    A vote that has not taken place is neutral.
    Approval of a fund is positive and its rejection is negative.
    Sales by large holders are negative, purchases are positive.
    An outage of the network is negative.
    Do not repeat the article.
    Do not ask questions back.
    The user may send a headline only.
    The user may send a very long article.
    Always answer, even if the article is short.
    Think about holders of the coin: is the news good or bad for them?
    Numbers in the article can help but are not needed in the answer.
    Your answer is read by a program, so the format must be exact.
    Every answer must be valid JSON that a parser accepts.""",
    """Skip greetings and signatures found in the text.
    The answer feeds a dashboard.
    Never guess a price.
    Quotation marks around keys are required.""",
)
GENERIC = line_pool(
    """You are a helpful assistant.
    You are a friendly assistant.
    Be short and polite.
    You are the assistant of a small office.
    Answer the questions of the user.
    You are a chatbot on a local server.
    Help the user.
    You are Hearth's demo assistant.
    Answer briefly.
    당신은 친절한 도우미입니다.
    짧게 답해 주세요.""",
    """Assist whoever writes to you.
    You are a kind local helper.""",
)
GUIDELINES = line_pool(
    """Answer in the language of the user.
    Be honest when you do not know something.
    Keep your answers short.
    Never share private data.
    Be polite to everyone.
    Do not use slang.
    The office is open from Monday to Friday.
    The server is in the basement.
    All users are members of the household.
    Write plain text and no tables.
    Do not talk about politics.
    If a question is unclear, say so.
    Use simple words.
    Do not make promises.
    The current user is a guest.
    The network has no access to the internet.
    Treat every question with care.
    Avoid long lists.
    Use the metric system.
    Names of users are not stored.
    Requests are answered in the order in which they arrive.
    Tools may be used when they are given.
    The assistant has no camera and no microphone.
    Mention your limits when it helps.
    Do not quote long texts.""",
    """Speak as you would to a neighbour.
    The kitchen tablet shows your replies.
    Skip jokes unless someone wants one.""",
)
BEFORE = line_pool(
    """Analyse this article and answer in JSON:
    Analyze the following news as JSON.
    Please analyse this article:
    What is the sentiment of this article? Answer in JSON.
    Which coin is this about, and is it good or bad news? JSON please.
    Article:
    News:
    Read this and reply in JSON.
    Sentiment of this news as JSON:
    Give me coin, sentiment and reason as JSON.
    Is this good or bad?
    Classify:
    Can you analyse this for me?
    다음 기사를 분석해 줘:
    이 뉴스를 JSON으로 분석해줘.
    기사:
    아래 기사의 감성을 분석하고 JSON으로 답하세요.
    이 기사는 호재야 악재야? JSON으로 답해줘.""",
    """Have a look at this text and give me JSON:
    How does this news sound for the coin?
    Tag this headline:
    이 글을 읽고 결과를 JSON으로 줘:""",
)
AFTER = line_pool(
    """Analyse the article above and answer in JSON.
    Answer in JSON.
    What does this mean for the coin? Reply as JSON.
    JSON only, please.
    Which coin, which sentiment, which reason?
    Is this positive, negative or neutral?
    위 기사를 분석해서 JSON으로 답해 줘.
    호재인지 악재인지 JSON으로 알려줘.""",
    """So how is the tone of this? Use JSON.
    이 기사의 분위기를 JSON으로 정리해 줘.""",
)


def analyst_prompt(rng: Random, split: Split = "train", num_rules: int | None = None) -> str:
    """Compose an analyst's system prompt; with many rules it is several hundred tokens long."""
    if split == "train" and num_rules is None and rng.random() < 0.12:
        return RECOMMENDED_ANALYST_PROMPT
    parts = [ROLES.pick(rng, split)] if rng.random() < 0.85 else []
    parts.append(TASKS.pick(rng, split))
    parts += [KEYS.pick(rng, split)] if rng.random() < 0.85 else []
    parts += [LIMITS.pick(rng, split)] if rng.random() < 0.7 else []
    count = num_rules if num_rules is not None else rng.choice((0, 0, 0, 1, 3))
    return _with_list(rng, parts, list(RULES.phrases(split)), count)


def generic_prompt(rng: Random, split: Split = "train", num_rules: int = 0) -> str:
    """Compose a system prompt that says nothing about articles."""
    return _with_list(rng, [GENERIC.pick(rng, split)], list(GUIDELINES.phrases(split)), num_rules)


def _with_list(rng: Random, parts: list[str], rules: list[str], count: int) -> str:
    """Append rules as sentences or as a numbered or dashed list."""
    chosen = rng.sample(rules, min(count, len(rules)))
    style = rng.randrange(3)
    if style == 0 or count < 2:
        return " ".join(parts + chosen)
    marks = (f"{number}. " if style == 1 else "- " for number in range(1, len(chosen) + 1))
    listed = "\n".join(mark + rule for mark, rule in zip(marks, chosen, strict=True))
    return f"{' '.join(parts)}\n\nRules:\n{listed}"


def wrap_article(rng: Random, article: str, split: Split = "train") -> str:
    """Put a request around an article."""
    draw = rng.random()
    if draw < 0.65:
        quoted = rng.choice(
            (article, article, article, f'"""{article}"""', f"<article>\n{article}\n</article>")
        )
        return BEFORE.pick(rng, split) + rng.choice(("\n\n", "\n", " ")) + quoted
    return f"{article}\n\n{AFTER.pick(rng, split)}"
