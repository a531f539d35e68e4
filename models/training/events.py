"""The shape of an event class, and the classes with a positive sentiment.

Slots in braces are filled by `articles.fill`: {c} coin, {x} exchange, {co} company, {bank}, {place}, {city},
{person}, {day}, {month}, {pct}, {usd} price, {money}, {amt} count, {ver} version, {n} small number, and
{verb} {adj} {cause} for words of the class's own sentiment.
"""

from dataclasses import dataclass

from .pools import Pool, Sentiment, line_pool


@dataclass(frozen=True, slots=True)
class Event:
    """A class of news: its sentiment, its closed reason phrase and its templates."""

    name: str
    sentiment: Sentiment
    reason: str
    leads: Pool
    follow_ups: tuple[str, ...]
    korean: Pool
    weight: float = 1.0


POSITIVE_EVENTS = (
    Event(
        "listing",
        "positive",
        "listed on an exchange",
        line_pool(
            """{x} will list {c} on {day}.
            {x} has added {c} to its spot market.
            {c} is now available for trading on {x}.
            Trading in {c} opened on {x} on {day}.
            The exchange {x} announced the listing of {c}.
            {c} has been listed on {x}, with deposits already open.
            {x} said on {day} that users can now buy and sell {c}.
            {x} opens a new {c} trading pair against the dollar.
            {c} gets listed on {x} after months of waiting.
            New on {x}: {c} can be traded from {day}.""",
            """Customers of {x} can trade {c} starting this {day}.
            {c} makes its debut on {x}.
            {x} lists {c} for customers in {place}.""",
        ),
        (
            "Deposits open on {day}.",
            "The new pair trades against the dollar and the euro.",
            "It is the {n}th exchange to list the coin.",
        ),
        line_pool(
            """{x}가 {c:을} 상장한다고 {day} 밝혔다.
            {c:이} {x}에 신규 상장됐다.
            {x}, {c} 거래 지원 시작.""",
            """{day}부터 {x}에서 {c} 거래가 가능해진다.""",
        ),
    ),
    Event(
        "partnership",
        "positive",
        "new partnership",
        line_pool(
            """{c} has signed a partnership with {co}.
            {co} and the {c} foundation announced a partnership on {day}.
            {co} teams up with {c} to build a payment service.
            The team of {c} will work together with {co}.
            {c} announced a multi-year deal with {co}.
            A new alliance between {co} and {c} was presented in {city}.
            {co} chose {c} as its blockchain partner.
            {c} and {co} join forces on digital tickets.
            {person} of {c} signed a cooperation agreement with {co}.""",
            """{co} picks {c} as a partner for its loyalty programme.
            {c} enters into a strategic partnership with {co}.
            {co} and {c} agreed to cooperate.""",
        ),
        (
            "The two teams will work together for {n} years.",
            "A first product is planned for {month}.",
            "Both sides signed the contract in {city}.",
        ),
        line_pool(
            """{c:이} {co}와 파트너십을 체결했다.
            {co}, {c} 재단과 업무 협약 체결.
            {c} 재단은 {co}와 협력한다고 {day} 발표했다.""",
            """{co}와 {c:이} 손을 잡고 공동 사업에 나선다.""",
        ),
    ),
    Event(
        "upgrade",
        "positive",
        "network upgrade completed",
        line_pool(
            """{c} has completed its network upgrade.
            The {c} network was upgraded successfully on {day}.
            {c} developers activated the long-awaited upgrade {ver}.
            {c} finished its hard fork without problems.
            The upgrade {ver} of {c} went live and cuts fees by {pct} percent.
            {c} mainnet now runs version {ver}, which doubles its speed.
            A successful upgrade makes {c} transactions faster.
            After {n} months of work the {c} upgrade is live.""",
            """{c} successfully rolled out its upgrade {ver} on {day}.
            Faster and cheaper: the {c} upgrade is complete.""",
        ),
        (
            "Fees fall by {pct} percent.",
            "Blocks are now made every {n} seconds.",
            "All validators moved to the new version.",
        ),
        line_pool(
            """{c:이} 네트워크 업그레이드를 완료했다.
            {c} 메인넷 업그레이드가 {day} 성공적으로 끝났다.
            {c} 업그레이드 완료, 수수료 {pct}% 인하.""",
            """{c} 개발팀은 업그레이드를 무사히 마쳤다고 전했다.""",
        ),
    ),
    Event(
        "etf_approved",
        "positive",
        "ETF approved",
        line_pool(
            """Regulators in {place} approved the first {c} ETF.
            The {bank} spot {c} ETF has been approved.
            {bank} won approval for its {c} exchange-traded fund.
            A {c} ETF from {bank} starts trading on {day} after approval.
            The SEC gave the green light to a {c} ETF.
            The {c} fund of {bank} was cleared by the regulator.
            Approval granted: {bank} can launch its {c} ETF.
            {place} says yes to a spot {c} ETF.""",
            """The regulator has approved an application by {bank} for a {c} ETF.
            {c} ETF wins approval in {place}.""",
        ),
        (
            "The fund starts trading on {day}.",
            "{bank} expects inflows of {money}.",
            "The fee is {n} basis points.",
        ),
        line_pool(
            """{bank}의 {c} ETF가 승인됐다.
            {place} 당국이 {c} 현물 ETF를 승인했다.
            {c} ETF 승인, {day} 거래 시작.""",
            """규제 당국이 {bank}의 {c} ETF 출시를 허가했다.""",
        ),
    ),
    Event(
        "lawsuit_won",
        "positive",
        "legal case won or dropped",
        line_pool(
            """A court dismissed the lawsuit against {c}.
            {c} won its court case against the regulator.
            The SEC dropped its case against the {c} foundation.
            A judge in {city} ruled in favour of {c}.
            The lawsuit against the makers of {c} was thrown out on {day}.
            {c} was cleared of all charges.
            The regulator closed its probe into {c} without charges.
            The legal fight of {c} ended with a win in court.""",
            """A judge has dismissed all claims against {c}.
            {c} wins in court as the case is dropped.""",
        ),
        (
            "The judge saw no evidence.",
            "The case had run for {n} years.",
            "The regulator will not appeal.",
        ),
        line_pool(
            """법원이 {c} 관련 소송을 기각했다.
            {c:이} 규제 당국과의 소송에서 승소했다.
            SEC, {c} 재단에 대한 소송 취하.""",
            """{c} 재단이 재판에서 이겼다.""",
        ),
    ),
    Event(
        "whale_buy",
        "positive",
        "large holders are buying",
        line_pool(
            """Large holders bought {amt} {c} this week.
            A whale purchased {amt} {c} on {day}.
            {c} whales are buying again.
            Whales added {money} worth of {c} to their wallets.
            {co} bought {c} for {money} for its treasury.
            Big investors accumulated {amt} {c} in {month}.
            An unknown buyer took {amt} {c} off exchanges.
            Wallets with over {amt} {c} keep adding to their holdings.""",
            """Whales have bought {c} worth {money} since {day}.
            Large wallets keep accumulating {c}.""",
        ),
        (
            "The coins left exchanges for cold storage.",
            "It was the largest purchase since {month}.",
            "The buyer paid about {money}.",
        ),
        line_pool(
            """고래가 {c} {amt}개를 매수했다.
            대형 투자자들이 {c:을} 대량 매집하고 있다.
            {co}, {c} {n}억 달러어치 매입.""",
            """큰손들이 이번 주 {c:을} 사들였다.""",
        ),
    ),
    Event(
        "adoption",
        "positive",
        "new adoption",
        line_pool(
            """{co} now accepts {c} as payment.
            Shops in {city} begin to accept {c}.
            {place} will accept {c} for tax payments.
            Customers of {co} can pay with {c} from {day}.
            {bank} lets clients hold {c} in their accounts.
            {c} can now be used in {amt} stores.
            {co} adds {c} as a payment method.
            The city of {city} starts to use {c} for bus tickets.
            The number of {c} users has passed {amt}.""",
            """From {month} you can pay with {c} at {co}.
            {co} starts accepting {c} in its shops.""",
        ),
        (
            "More than {amt} customers can use it.",
            "Payment takes {n} seconds.",
            "Other shops plan to follow.",
        ),
        line_pool(
            """{co}가 {c} 결제를 도입했다.
            {day}부터 {co}에서 {c:으로} 결제할 수 있다.
            {place}, 세금 납부에 {c} 허용.""",
            """{co} 매장에서 {c:을} 결제 수단으로 받는다.""",
        ),
    ),
    Event(
        "funding",
        "positive",
        "new funding raised",
        line_pool(
            """The team of {c} raised {money} from investors.
            {c} closed a funding round of {money}.
            {bank} invests {money} in {c}.
            {c} secured {money} in new funding led by {bank}.
            Investors put {money} into the company of {c}.
            A fresh investment of {money} goes to {c}.
            {c} developers received a grant of {money}.""",
            """{c} raises {money} in a round led by {bank}.
            {money} in new capital for {c}.""",
        ),
        (
            "The money will pay for {n} new engineers.",
            "{bank} led the round.",
            "It values the project at {money}.",
        ),
        line_pool(
            """{c:이} {n}천만 달러의 투자를 유치했다.
            {bank}, {c} 재단에 {n}억 달러 투자.
            {c} 개발사가 신규 투자금을 확보했다.""",
            """{c} 재단이 투자 유치에 성공했다.""",
        ),
    ),
    Event(
        "burn",
        "positive",
        "token supply burned",
        line_pool(
            """{c} burned {amt} tokens on {day}.
            The {c} team destroyed tokens worth {money}.
            A token burn removed {amt} {c} from supply.
            {c} cuts its supply with a burn of {amt} coins.
            {amt} {c} were burned in {month}.
            The {c} community voted to burn {amt} tokens, and the burn is done.
            Record burn: {pct} percent of all {c} destroyed.""",
            """{c} completes a burn of {amt} tokens.
            Supply of {c} shrinks as {amt} coins are burned.""",
        ),
        (
            "The burn makes the coin scarcer.",
            "The next burn is due in {month}.",
            "The tokens were sent to a dead address.",
        ),
        line_pool(
            """{c} 재단이 토큰 {amt}개를 소각했다.
            {c} {amt}개 소각 완료.
            {c}, 공급량 {pct}% 소각.""",
            """{c:은} 이번 소각으로 공급량을 줄였다.""",
        ),
    ),
    Event(
        "price_up",
        "positive",
        "price is rising",
        line_pool(
            """{c} {verb} {pct}% on {day}.
            {c} {verb} {pct} percent to ${usd}.
            {c} {verb} on {cause}.
            {c} {verb} on {day}, helped by {cause}.
            {c} {verb} after {cause}.
            Thanks to {cause}, {c} {verb}.
            {c} {verb} to its highest level in {n} weeks.
            The price of {c} {verb} {pct}% in a day.
            The price of {c} {verb} and is now up {pct}% this month.
            {c} {verb} above ${usd}, the best level since {month}.
            {c} is up {pct}% as {cause} lifts the price.
            It was a good day for {c}: the coin {verb}.
            {c} {verb} {pct}% while traders cite {cause}.
            Good week for {c}, which {verb} {pct}%.
            Helped by {cause}, {c} {verb} in {city} trading.""",
            """Shares of attention went to {c}, which {verb} by {pct}% because of {cause}.
            On {day} {c} {verb} with {cause} behind it.
            {c} {verb} for a {n}th day in a row and beat all its rivals.
            Buyers were in control as {c} {verb} {pct}%.""",
        ),
        (
            "Traders cite {cause}.",
            "It is the best level since {month}.",
            "The coin is now up {pct}% this year.",
            "Buyers paid up to ${usd}.",
        ),
        line_pool(
            """{c} 가격이 {pct}% {verb}.
            {c:이} {day} {pct}% {verb}.
            매수세가 몰리며 {c:이} {verb}.
            호재에 힘입어 {c:은} {verb}.""",
            """투자 심리가 살아나며 {c} 시세가 {verb}.
            {day} {c:은} 강한 매수세 속에 {verb}.""",
        ),
        3.0,
    ),
)
