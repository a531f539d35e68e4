"""Event classes with a negative sentiment (see `events` for the slots)."""

from .events import Event
from .pools import line_pool

NEGATIVE_EVENTS = (
    Event(
        "delisting",
        "negative",
        "delisted from an exchange",
        line_pool(
            """{x} will delist {c} on {day}.
            {x} removes {c} from its spot market.
            {c} is no longer traded on {x}.
            Trading in {c} ends on {x} on {day}.
            The exchange {x} announced the delisting of {c}.
            {c} has been delisted from {x}.
            {x} drops {c} because of low volume.
            {x} stops all trading pairs of {c}.
            {x} put {c} on its warning list before removing it.
            Users of {x} must withdraw {c} by {day}, when trading stops.""",
            """Customers of {x} can no longer trade {c} from {day}.
            {c} will be taken off {x}.
            {x} delists {c} for customers in {place}.""",
        ),
        (
            "Withdrawals close on {day}.",
            "All open orders will be cancelled.",
            "Volume had been too low for {n} months.",
        ),
        line_pool(
            """{x}가 {c:을} 상장 폐지한다고 {day} 밝혔다.
            {c:이} {x}에서 상장 폐지됐다.
            {x}, {c} 거래 지원 종료.""",
            """{day}부터 {x}에서 {c} 거래가 중단된다.""",
        ),
    ),
    Event(
        "hack",
        "negative",
        "security breach",
        line_pool(
            """Hackers stole {money} in {c} on {day}.
            A {c} bridge was hacked for {money}.
            An attacker drained {amt} {c} from a wallet.
            The {c} protocol lost {money} in an exploit.
            {c} suffered a security breach on {day}.
            A bug in a {c} contract let thieves take {money}.
            {x} was hacked and lost {amt} {c}.
            Stolen: {amt} {c} after an attack on {x}.
            A phishing attack hit {amt} users of {c}.
            The {c} team confirmed that its servers were attacked.""",
            """Thieves made off with {money} in {c} after a hack.
            {c} hit by an exploit worth {money}.
            A hacker took {amt} {c} from {x}.""",
        ),
        (
            "The attacker moved the funds to {n} wallets.",
            "The team has paused the contract.",
            "Users are told not to use the bridge.",
        ),
        line_pool(
            """해커가 {c} {amt}개를 탈취했다.
            {c} 브리지가 해킹당해 {n}천만 달러를 잃었다.
            {x} 해킹, {c} {amt}개 도난.""",
            """{c} 프로토콜에서 해킹 사고가 발생했다.""",
        ),
    ),
    Event(
        "lawsuit",
        "negative",
        "lawsuit or charges",
        line_pool(
            """The SEC sued the makers of {c} on {day}.
            Investors filed a lawsuit against {c}.
            The {c} foundation faces charges of fraud in {place}.
            {person}, founder of {c}, was arrested in {city}.
            Prosecutors in {city} charged the team of {c}.
            The regulator opened a case against {c}.
            The makers of {c} must pay a fine of {money}.
            A class action claims that {c} misled buyers.
            A court in {city} ordered the {c} foundation to pay {money}.""",
            """{c} was taken to court by the regulator.
            {c} sued for {money} by former investors.
            Police in {city} arrested a founder of {c}.""",
        ),
        (
            "The first hearing is in {month}.",
            "The claim is for {money}.",
            "A lawyer for the team denied the charges.",
        ),
        line_pool(
            """SEC가 {c} 재단을 고소했다.
            {c} 창립자가 사기 혐의로 체포됐다.
            {c} 투자자들, 재단 상대로 소송 제기.""",
            """검찰이 {c} 재단을 기소했다.""",
        ),
    ),
    Event(
        "ban",
        "negative",
        "regulatory ban",
        line_pool(
            """{place} bans trading in {c}.
            Regulators in {place} banned {c} on {day}.
            {c} is now forbidden in {place}.
            Banks in {place} may no longer deal in {c}.
            {place} outlaws payments in {c}.
            A new rule in {place} forbids {c} from {month}.
            The central bank of {place} ordered a halt to {c} trading.
            {place} blocks websites that sell {c}.""",
            """A ban on {c} takes effect in {place} in {month}.""",
        ),
        (
            "Firms have {n} weeks to comply.",
            "Offenders face fines of {money}.",
            "The rule takes effect in {month}.",
        ),
        line_pool(
            """{place:이} {c} 거래를 금지했다.
            {place} 정부, {c} 결제 금지.
            {place} 당국이 {c} 사용을 전면 금지했다.""",
            """{place}에서 {c} 거래가 불법이 된다.""",
        ),
    ),
    Event(
        "etf_rejected",
        "negative",
        "ETF rejected or delayed",
        line_pool(
            """Regulators in {place} rejected the {c} ETF.
            The {bank} spot {c} ETF has been rejected.
            {bank} failed to win approval for its {c} exchange-traded fund.
            The decision on the {c} ETF was delayed until {month}.
            The SEC said no to a {c} ETF.
            {bank} withdrew its application for a {c} ETF.
            The regulator postponed its ruling on the {c} fund of {bank}.
            No {c} ETF this year: the regulator turned {bank} down.""",
            """The regulator has rejected an application by {bank} for a {c} ETF.
            {c} ETF delayed again in {place}.""",
        ),
        (
            "A new decision is due in {month}.",
            "The regulator wants more data.",
            "{bank} may try again next year.",
        ),
        line_pool(
            """{bank}의 {c} ETF 신청이 거부됐다.
            {place} 당국이 {c} ETF 결정을 연기했다.
            {c} ETF 승인 불발.""",
            """규제 당국이 {bank}의 {c} ETF 신청을 반려했다.""",
        ),
    ),
    Event(
        "whale_sell",
        "negative",
        "large holders are selling",
        line_pool(
            """Large holders sold {amt} {c} this week.
            A whale sold {amt} {c} on {day}.
            {c} whales are selling.
            Whales dumped {money} worth of {c}.
            {co} sold its {c} for {money}.
            Big investors unloaded {amt} {c} in {month}.
            A whale sent {amt} {c} to {x}, ready to sell.
            Wallets with over {amt} {c} keep cutting their holdings.""",
            """Whales have sold {c} worth {money} since {day}.
            Large wallets keep offloading {c}.""",
        ),
        (
            "The coins went to {x}.",
            "It was the largest sale since {month}.",
            "The seller still holds {amt} coins.",
        ),
        line_pool(
            """고래가 {c} {amt}개를 매도했다.
            대형 투자자들이 {c:을} 대량 매도하고 있다.
            {co}, 보유하던 {c} 전량 매각.""",
            """큰손들이 이번 주 {c:을} 팔아치웠다.""",
        ),
    ),
    Event(
        "outage",
        "negative",
        "network outage",
        line_pool(
            """The {c} network went down for {n} hours on {day}.
            {c} stopped producing blocks on {day}.
            An outage halted the {c} network.
            {c} transactions were stuck after a node failure.
            The {c} blockchain was offline for {n} hours.
            {c} suffers another outage.
            A bug brought the {c} network to a stop.
            Users could not send {c} for {n} hours because the network failed.""",
            """The {c} chain was halted by an outage on {day}.
            {c} blockchain goes offline after a bug.""",
        ),
        (
            "Developers are looking for the cause.",
            "Validators had to restart {n} times.",
            "No transactions were confirmed for hours.",
        ),
        line_pool(
            """{c} 네트워크가 {n}시간 동안 중단됐다.
            {c} 블록 생성이 {day} 멈췄다.
            {c} 네트워크 장애 발생.""",
            """{c:이} 또다시 장애로 멈춰 섰다.""",
        ),
    ),
    Event(
        "unlock",
        "negative",
        "token unlock adds supply",
        line_pool(
            """{amt} {c} will be unlocked on {day}.
            A token unlock releases {money} worth of {c}.
            {c} faces an unlock of {amt} tokens in {month}.
            Early investors of {c} can sell {amt} unlocked tokens from {day}.
            The supply of {c} grows by {pct} percent with the next unlock.
            {pct} percent of all {c} gets unlocked this week.
            {c} unlock: {amt} new tokens enter the market.""",
            """An unlock of {amt} tokens is coming for {c}.
            {c} supply to rise as {amt} tokens are unlocked.""",
        ),
        (
            "More supply may weigh on the price.",
            "The tokens belong to early investors.",
            "It is the largest unlock of the year.",
        ),
        line_pool(
            """{c} {amt}개의 락업이 {day} 해제된다.
            {c} 대규모 물량 락업 해제 예정.
            {c}, 유통량 {pct}% 규모 락업 해제.""",
            """이번 주 {c} 락업 물량이 시장에 풀린다.""",
        ),
    ),
    Event(
        "team_exit",
        "negative",
        "team is leaving",
        line_pool(
            """{person}, the founder of {c}, has quit.
            The lead developer of {c} resigned on {day}.
            {c} lays off {pct} percent of its staff.
            Key developers leave the {c} project.
            The head of the {c} foundation stepped down.
            {c} fires {n} engineers.
            The company of {c} closes its office in {city}.""",
            """{person} leaves {c} after {n} years.
            {c} cuts jobs and closes an office in {city}.""",
        ),
        (
            "No successor has been named.",
            "Others may leave too.",
            "The team has shrunk for {n} months.",
        ),
        line_pool(
            """{c} 창립자가 사임했다.
            {c} 핵심 개발자들이 프로젝트를 떠났다.
            {c} 재단, 직원 {pct}% 감원.""",
            """{c} 대표가 자리에서 물러났다.""",
        ),
    ),
    Event(
        "upgrade_delayed",
        "negative",
        "upgrade delayed",
        line_pool(
            """{c} postponed its network upgrade to {month}.
            The {c} upgrade {ver} is delayed again.
            {c} developers found a bug and stopped the upgrade.
            The launch of {c} {ver} will be late by {n} months.
            The {c} hard fork failed on the test network and was put off.
            {c} misses the deadline for its upgrade.
            No date for the {c} upgrade: developers need more time.""",
            """{c} pushes its upgrade {ver} back to {month}.
            Delay for {c}: the upgrade will not come in {month}.""",
        ),
        ("A new date was not given.", "The bug was found in {month}.", "It is the {n}th delay."),
        line_pool(
            """{c} 네트워크 업그레이드가 연기됐다.
            {c} 업그레이드, {n}개월 지연.
            버그 발견으로 {c} 업그레이드가 미뤄졌다.""",
            """{c} 개발팀은 업그레이드 일정을 늦췄다.""",
        ),
    ),
    Event(
        "price_down",
        "negative",
        "price is falling",
        line_pool(
            """{c} {verb} {pct}% on {day}.
            {c} {verb} {pct} percent to ${usd}.
            {c} {verb} on {cause}.
            {c} {verb} on {day}, hurt by {cause}.
            {c} {verb} after {cause}.
            Because of {cause}, {c} {verb}.
            {c} {verb} to its lowest level in {n} weeks.
            The price of {c} {verb} {pct}% in a day.
            The price of {c} {verb} and is now down {pct}% this month.
            {c} {verb} below ${usd}, the worst level since {month}.
            {c} is down {pct}% as {cause} weighs on the price.
            It was a bad day for {c}: the coin {verb}.
            {c} {verb} {pct}% while traders blame {cause}.
            Bad week for {c}, which {verb} {pct}%.
            Hurt by {cause}, {c} {verb} in {city} trading.""",
            """A loss for holders of {c}, which {verb} by {pct}% because of {cause}.
            On {day} {c} {verb} with {cause} to blame.
            {c} {verb} for a {n}th day in a row and did worse than all its rivals.
            Sellers were in control as {c} {verb} {pct}%.""",
        ),
        (
            "Traders blame {cause}.",
            "It is the worst level since {month}.",
            "The coin is now down {pct}% this year.",
            "Sellers took as little as ${usd}.",
        ),
        line_pool(
            """{c} 가격이 {pct}% {verb}.
            {c:이} {day} {pct}% {verb}.
            매도세가 몰리며 {c:이} {verb}.
            악재에 짓눌려 {c:은} {verb}.""",
            """투자 심리가 얼어붙으며 {c} 시세가 {verb}.
            {day} {c:은} 강한 매도세 속에 {verb}.""",
        ),
        3.0,
    ),
)
