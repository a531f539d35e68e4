"""Sentences that surround the news of an article: fillers, reactions of the market, mentions of other coins."""

from .pools import line_pool

FILLERS = line_pool(
    """The market is open around the clock.
    Prices can change at any time.
    The team has {n} members in {city}.
    The project was founded in {city} {n} years ago.
    A spokesperson in {city} declined to comment.
    The news was first reported on {day}.
    More details will follow in {month}.
    The coin is among the {n} most discussed ones this week.
    The announcement was made in a short statement.
    {person} wrote about it in a post on {day}.
    The statement was published in English and Korean.
    About {amt} people follow the project online.
    The trading volume of the last day was {money}.
    The total value of the market is about {money}.
    Reporters in {city} asked for more details.
    The documents were seen by our newspaper.
    {person} covers digital assets from {city}.
    Trading in {place} begins in the morning.
    The next statement is due on {day}.
    Readers should do their own research.
    This article is not financial advice.
    The office in {city} has been open since {month}.
    The code is open for everyone to read.
    The project has {amt} followers on social media.
    There are {n} exchanges in {place}.
    Figures are from {day} evening.
    All times are given for {city}.
    The wallet software runs on phones and computers.
    In {place} the topic is discussed in schools.
    {person} has followed the sector for {n} years.
    The foundation has its seat in {place}.
    A call with reporters is planned for {day}.
    {co} was not involved.
    The volume in {place} was {money}.
    According to {person}, the plan was known since {month}.
    The network has about {amt} nodes.
    The text of the statement is {n} pages long.
    Our reporter in {city} contributed to this story.
    The average fee was {usd} cents.
    Most of the users live in {place} and {place}.
    A recording of the call is on the website.
    The story was updated on {day} with a comment.
    The weather in {city} was fine on {day}.
    The exchange {x} did not reply to questions.
    {bank} published a table with the figures.
    The block time is {n} seconds.
    The project uses proof of stake.
    One coin can be divided into small parts.
    Many people in {city} read the news on their phones.
    A survey in {place} asked {amt} people about digital money.
    The building of {co} is in {city}.
    {person} will give an interview in {month}.""",
    """The interview was recorded in {city} by {person}.
    The website lists {n} open questions.
    Our desk in {place} first heard of it on {day}.
    The chart of the day comes from {bank}.
    The foundation keeps an archive of its statements.
    In {city} the subject filled {n} pages of the newspaper.
    {person} did not want to add anything.
    The next newsletter appears in {month}.
    About {amt} readers opened the announcement.
    Subscribers received the text by e-mail.
    The press office can be reached on {day}.
    The history of the project is told in a book.""",
)

DISTRACTORS = line_pool(
    """{other} was little changed.
    {other} traded near ${usd}.
    By comparison, {other} moved by {pct}%.
    {other} and other coins were not affected.
    {other} is older than the coin.
    The code goes back to {other}.""",
    """Elsewhere, {other} stood at ${usd}.
    {other} had no part in this.""",
)

REACTIONS = line_pool(
    """Holders were {adj}.
    Traders are {adj}.
    Investors in {city} were {adj} on {day}.
    {person} said that users are {adj}.
    The mood was {adj}, said {person}.
    On social media the reaction was {adj}.
    Analysts at {bank} are {adj}.
    Many holders in {place} sounded {adj}.
    "I am {adj}", said {person}.
    The community is {adj}.
    Traders in {place} seemed {adj} after the news.
    Asked about it, {person} was {adj}.""",
    """Owners of the coin felt {adj}.
    Comments from {place} were {adj}.
    {person} of {bank} called the crowd {adj}.""",
)

KO_FILLERS = line_pool(
    """자세한 내용은 추후 공개된다.
    이 소식은 {day} 처음 알려졌다.
    재단은 {place}에 본사를 두고 있다.
    이 기사는 투자 조언이 아니다.
    관계자는 추가 언급을 피했다.
    하루 거래량은 {n}억 달러였다.
    시장은 하루 종일 열려 있다.
    발표문은 홈페이지에 올라와 있다.
    {place} 이용자가 가장 많다.
    {co}는 관련이 없다고 밝혔다.
    다음 발표는 {day}로 예정돼 있다.
    프로젝트는 {n}년 전에 시작됐다.
    코드는 누구나 볼 수 있다.
    전체 시가총액은 {n}조 원이다.""",
    """담당 기자는 {day} 현장을 찾았다.
    재단은 질문에 답하지 않았다.
    안내문은 {n}쪽 분량이다.""",
)
