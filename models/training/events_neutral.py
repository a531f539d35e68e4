"""Event classes with a neutral sentiment (see `events` for the slots), and the list of all classes."""

from .events import POSITIVE_EVENTS, Event
from .events_negative import NEGATIVE_EVENTS
from .pools import line_pool

NEUTRAL_EVENTS = (
    Event(
        "conference",
        "neutral",
        "event announced",
        line_pool(
            """The {c} conference will take place in {city} in {month}.
            {c} developers meet in {city} on {day}.
            The {c} community holds its yearly meeting in {month}.
            {person} of {c} will speak at an event in {city}.
            Tickets for the {c} summit in {city} go on sale on {day}.
            The {c} foundation invites users to a question hour on {day}.
            {city} hosts the next {c} meet-up.""",
            """{c} fans gather in {city} in {month} for a conference.
            The date of the {c} summit is set: {day} in {city}.""",
        ),
        (
            "About {amt} guests are expected.",
            "The programme has {n} talks.",
            "It is the {n}th meeting of its kind.",
        ),
        line_pool(
            """{c} 컨퍼런스가 {day} 열린다.
            {c} 재단, 연례 행사 개최.
            {c} 커뮤니티 모임이 {place}에서 열릴 예정이다.""",
            """{c} 개발자 모임 일정이 공개됐다.""",
        ),
        1.3,
    ),
    Event(
        "routine",
        "neutral",
        "routine software release",
        line_pool(
            """{c} published client version {ver}, a routine release.
            A maintenance release of the {c} wallet came out on {day}.
            {c} developers released version {ver} with small fixes.
            The {c} node software was updated to {ver}.
            {c} wallet {ver} fixes spelling mistakes.
            Version {ver} of the {c} client contains only minor changes.
            The {c} team cleaned up its code in release {ver}.""",
            """A small update, {ver}, is out for {c} nodes.
            {c} ships maintenance release {ver}.""",
        ),
        ("Users need not act.", "The notes list {n} small fixes.", "Nothing changes for holders."),
        line_pool(
            """{c} 클라이언트 {ver} 버전이 배포됐다.
            {c} 지갑 정기 업데이트 공개.
            {c} 노드 소프트웨어가 {ver}로 소폭 업데이트됐다.""",
            """{c} 개발팀이 정기 점검 버전 {ver:을} 내놨다.""",
        ),
        1.3,
    ),
    Event(
        "vote",
        "neutral",
        "vote scheduled",
        line_pool(
            """{c} holders will vote on a proposal on {day}.
            A vote on the {c} fee rule starts in {month}.
            The {c} community votes on the next budget.
            Voting on {c} proposal {n} opens on {day}.
            {c} holders are asked to vote about the block size.
            A {c} proposal goes to a vote in {month}.""",
            """{c} sets {day} as the date of a community vote.
            A vote is coming up for owners of {c}.""",
        ),
        ("The outcome is open.", "The vote runs for {n} days.", "Each coin is one vote."),
        line_pool(
            """{c} 커뮤니티 투표가 {day} 시작된다.
            {c} 보유자, 제안 {n}호 투표 예정.
            {c} 수수료 규칙을 두고 투표가 진행된다.""",
            """{c} 재단이 투표 일정을 알렸다.""",
        ),
        1.3,
    ),
    Event(
        "rebrand",
        "neutral",
        "branding change",
        line_pool(
            """{c} has a new logo.
            The {c} foundation changed its name on {day}.
            {c} presents a new website.
            The {c} project moves to a new web address.
            {c} changes its colours to blue and grey.
            The brand of {c} gets a fresh look in {month}.""",
            """{c} unveils a redesigned logo.
            New name and colours for the {c} foundation.""",
        ),
        (
            "The ticker stays the same.",
            "The design was made in {city}.",
            "Holders need not do anything.",
        ),
        line_pool(
            """{c:이} 새로운 로고를 공개했다.
            {c} 재단이 이름을 바꿨다.
            {c} 홈페이지 개편.""",
            """{c} 브랜드 디자인이 바뀌었다.""",
        ),
        1.3,
    ),
    Event(
        "wallet_move",
        "neutral",
        "funds moved between own wallets",
        line_pool(
            """{x} moved {amt} {c} between its own wallets.
            {amt} {c} were transferred from one {x} wallet to another.
            The {c} foundation moved coins to a new wallet of its own.
            A transfer of {amt} {c} was an internal move of {x}.
            {x} reshuffles {amt} {c} in its cold storage.
            An old {c} wallet moved {amt} coins to a second address of the same owner.""",
            """{x} shifted {amt} {c} to a fresh wallet of its own.
            An internal transfer of {amt} {c} took place at {x}.""",
        ),
        (
            "No coins were sold or bought.",
            "It is a regular security step.",
            "Balances did not change.",
        ),
        line_pool(
            """{x}가 자체 지갑 간에 {c} {amt}개를 옮겼다.
            {x}, {c} {amt}개 내부 지갑 이동.
            {c} 재단이 보유 물량을 자체 새 지갑으로 옮겼다.""",
            """{c} {amt}개 이동은 {x}의 내부 이체로 확인됐다.""",
        ),
        1.3,
    ),
    Event(
        "report",
        "neutral",
        "report published",
        line_pool(
            """The {c} foundation published its report for {month}.
            {bank} released a research note on {c}.
            A new study describes how {c} works.
            {c} posted its quarterly figures, in line with forecasts.
            The {c} team wrote a blog post about the last {n} months.
            {bank} starts coverage of {c} with a hold rating.""",
            """A report about {c} by {bank} came out on {day}.
            {c} releases its regular report for {month}.""",
        ),
        ("The numbers were as expected.", "The paper has {n} pages.", "It makes no forecast."),
        line_pool(
            """{c} 재단이 분기 보고서를 발표했다.
            {bank}, {c} 분석 보고서 공개.
            {c} 월간 보고서가 {day} 나왔다.""",
            """{bank:이} {c:을} 다룬 자료를 펴냈다.""",
        ),
        1.3,
    ),
    Event(
        "price_flat",
        "neutral",
        "price is unchanged",
        line_pool(
            """{c} {verb} on {day}.
            {c} {verb} near ${usd}.
            {c} {verb} on {cause}.
            {c} {verb} on {day} amid {cause}.
            With {cause}, {c} {verb}.
            The price of {c} {verb} at ${usd}.
            {c} {verb} for a {n}th day, at about ${usd}.
            {c} {verb} between ${usd} and ${usd}.
            No big move for {c}, which {verb}.
            {c} {verb} as traders saw {cause}.
            A quiet day for {c}: the coin {verb}.
            {c} {verb}, with neither buyers nor sellers in control.""",
            """Little happened to {c}, which {verb} all {day}.
            The market for {c} {verb}, and {cause} was the reason.
            {c} {verb} again, no change from last week.""",
        ),
        (
            "Traders point to {cause}.",
            "The price is the same as last week.",
            "Volume was average.",
            "No clear direction was seen.",
        ),
        line_pool(
            """{c} 가격이 {verb}.
            {c:이} {day} {verb}.
            거래량이 줄며 {c:은} {verb}.
            뚜렷한 재료 없이 {c:이} {verb}.""",
            """관망세 속에 {c} 시세가 {verb}.
            {day} {c:은} 별다른 소식 없이 {verb}.""",
        ),
        3.0,
    ),
)

EVENTS = POSITIVE_EVENTS + NEGATIVE_EVENTS + NEUTRAL_EVENTS
REASONS = tuple(event.reason for event in EVENTS)
