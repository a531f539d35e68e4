"""More training leads for neutral events, and more questions for tools."""

from .pools import lines

LEADS: dict[str, tuple[str, ...]] = {
    "conference": lines("""
        The {c} team [will speak|is to appear|holds a talk|will be present] at a [conference|summit|meet-up|trade fair] in {city}.
        {c} [conference|summit|forum|convention] [set|planned|scheduled] for {month} in {city}
        {city} to [host|welcome|receive] [the next|a|this year's] {c} [conference|gathering|summit|congress]
        [Registration|Sign-up|Ticket sale] for the {c} [conference|workshop|hackathon|event] [opens|starts|begins] on {day}.
        The {c} foundation [announced|named|published] the [date|place|speakers|programme] of its [yearly|annual|spring|autumn] conference.
        A [three-day|two-day|weekend] {c} [hackathon|workshop|coding event] [begins|starts|opens] in {city} on {day}.
        {person} [will give|is to give|gives] the opening [speech|talk|address] at the {c} [conference|summit|forum] in {month}.
        {c} [fans|users|developers|builders] [gather|meet|come together] in {city}[ on {day}| in {month}|].
        Developer [days|week|conference] of {c} [planned|announced|scheduled] in {city}
        On {day}, the {c} team [will answer|answers|is to answer] [questions from users|community questions] in a [live stream|public call|video session].
        More than {n}00 [guests|visitors|developers] are [expected|due] at the {c} [meeting|conference|summit] in {city}.
        {c} [invites|calls] [developers|users|students] to a [meeting|workshop|summer school] in {place}
        The [agenda|schedule|list of speakers|programme] for the {c} [summit|conference|developer day] [is out|was posted|was published][ on {day}|].
        {co} and the {c} foundation [will jointly host|are to host|organise] [a forum|a meet-up|an open day] in {city}.
        [Speakers|Talks|Panels] [announced|confirmed|named] for {c} [summit|conference|developer week]
        An online [event|seminar|conference] [about|on|for] {c} [takes place|is held|will be held] on {day}.
        In {month}, {city} [will be|becomes|is] the [venue|meeting place|host] of the {c} [conference|summit|forum].
        The [yearly|annual|next] {c} [conference|summit|meeting] [returns to|moves to|comes to] {city} [this year|in {month}].
        {c} [developer call|community call|question hour|town hall] [scheduled for|set for|due on] {day}
        {person}[, a developer of {c},| of the {c} team] will [join|take part in|sit on] a panel [in {city}|at a fair in {place}].
        The {c} community [plans|prepares|organises] [a meet-up|a get-together|an evening of talks] in {city}.
        A [tour|series] of {c} [meet-ups|workshops|talks] [starts|begins] in {place} in {month}.
        [University students|Researchers|Engineers] will [discuss|talk about|present work on] {c} at a [seminar|symposium|workshop] in {city}.
        [Save the date|Mark the calendar]: {c} [summit|conference|developer day] [in {month}|on {day}]
        The [doors|halls] of the {c} [conference|exhibition|fair] [open|will open] on {day} [in {city}|].
        {x} [is to hold|will run|hosts] an [online talk|evening event|open session] [with the {c} team|about {c}] on {day}.
        The {c} foundation [will hold|is holding|holds] [its annual gathering|a members' day|an open house] in {place}.
        {c} [booth|stand] [announced|planned] at the [technology fair|payments fair] in {city}
        [Organisers|Hosts] of the {c} [summit|conference] [said|confirmed] the event [will run|will last] {n} days.
        A [lecture|panel|round table] on {c} is [planned|on the programme|scheduled] for {day} in {city}.
        [Early tickets|Tickets|Free passes] for the {c} [developer conference|community day] are [now available|on offer|on sale].
        At a [summit|forum] in {city}, {person} will [explain|present|talk about] the [history|road map|work] of {c}.
    """),
    "routine": lines("""
        {c} [core|client|node] {ver} [released|published|out now|available]
        The {c} team [shipped|put out|rolled out|posted] a [small|minor|routine|regular] update[ on {day}|].
        A [minor|small|routine] [update|patch|release] for the {c} [wallet|client|node software] [is available|is out|was published].
        [Developers|Maintainers|Programmers] of {c} [tagged|released|published] version {ver} [as planned|on schedule|as usual].
        {c} [wallet|app|client] [gets|receives] [a routine|a small|its monthly|a scheduled] update
        Release {ver} of {c} [contains|brings|has] [only small|minor|a few] [fixes|changes|corrections].
        Version {ver} of the {c} [wallet|app] [updates|adds|corrects] [translations|help texts|menu labels].
        [Scheduled|Regular|Planned] [maintenance|upkeep] of the {c} [software|test network|website] [took place|was done] on {day}.
        The [monthly|quarterly|regular] {c} [software release|client update|maintenance release] [arrived|came out|was posted] [in {month}|on {day}].
        {c} [bumps|moves|raises] its client [version|number] to {ver}
        [Minor|Small] [bug fixes|code changes|clean-ups] in {c} {ver}
        With version {ver}, the {c} client [updates its libraries|tidies its code|gets small fixes|changes a few default settings].
        {c} [developers|maintainers] [refreshed|updated|edited] the [documentation|user guide|manual|help pages].
        The {c} [code|repository|project] [received|saw|got] [a few small changes|routine commits|minor patches] [this week|on {day}|in {month}].
        On {day}, [a new build|a point release|version {ver}] of the {c} [node|client|wallet] was [uploaded|made available|published].
        {person}, a {c} developer, [announced|posted|tagged] the [routine|scheduled|regular] release {ver}.
        Users of the {c} wallet can [now download|download|install] [the regular update|version {ver}|the maintenance build].
        [Node operators|Users] of {c} [are free to|may] [install|download] {ver}, [an optional|a minor|a routine] update.
        {c} client: [routine|maintenance|point] release {ver} [without new features|with small fixes|posted]
        The [latest|newest|current] {c} [client|wallet|node software] carries the [number|version number] {ver} and [changes little|has few changes].
        No new [features|functions] in {c} {ver}, [only|just] [upkeep|small fixes|maintenance]
        The {c} [team|foundation] [completed|finished|carried out] [routine|planned|regular] maintenance[ on {day}| in {month}|].
        A [housekeeping|maintenance|clean-up] release [of|for] {c}, {ver}, [was posted|came out|is ready].
        {c} [wallet|app] for phones [updated|refreshed] to [version|release] {ver}
        [Release notes list|The change log lists|The notes mention] [small fixes|minor edits|routine work] in {c} {ver}.
        {c} [published|posted] [a release candidate|a test build|a beta version] of client {ver}[ on {day}|].
        As [usual|planned|every month], the {c} [developers|team] [released|delivered|issued] [a small update|an ordinary update].
        The {c} desktop wallet [was updated|has been updated|moved] to {ver} with [new icons|layout tweaks|small text changes].
        [Update|Release] {ver} [lands|arrives|appears] for {c} [clients|nodes|wallets], [changes are minor|as scheduled]
        Small [tweaks|adjustments|edits] to the {c} [interface|installer|settings menu] [came|come|arrive] with version {ver}.
        {c} developers [merged|accepted|added] [routine|minor|small] [changes|patches] to the [main code|client|code base].
        The [regular|ordinary|planned] release [cycle|schedule] of {c} [goes on|continues] with version {ver}.
    """),
    "vote": lines("""
        {c} [holders|owners|members] [to vote|will decide|to cast ballots] on [proposal {n}|a rule change|the budget][ on {day}| in {month}|]
        A [ballot|referendum|poll|vote] on [the fee rule|the budget|a rule change] of {c} [is planned|is set|is scheduled] for {month}.
        [Voting|Polling|Balloting] on a {c} [proposal|motion|plan] [starts|begins|opens] on {day}.
        The {c} community [is to decide|will decide|decides] [by vote|in a ballot] on [a new rule|the next budget|proposal {n}].
        {c} [proposal {n}|governance plan|draft rule] [put to|goes to|heads to|up for] a vote
        On {day}, {c} [holders|stakers|validators] [can cast|may cast|will cast] their votes [on proposal {n}|on the budget].
        The {c} foundation [called|scheduled|announced] a [vote|ballot|referendum] [on|about|over] [fees|the block size|rewards].
        [Ballot|Vote|Referendum] [over|on|about] {c} [fees|rules|budget|rewards] [due in {month}|set for {day}]
        {person} [submitted|tabled|filed] a [proposal|motion] that {c} holders will vote on in {month}.
        {c} [governance|community] vote [opens|begins|runs] [for {n} days|this week|on {day}]
        A new [governance proposal|motion|draft] for {c} [awaits|is waiting for|is open for] [votes|a decision by holders].
        [Validators|Miners|Stakers] of {c} are [asked|invited|called on] to [vote on|choose between] [two proposals|two plans|fee options].
        The [date|schedule|calendar] for the {c} [vote|ballot|referendum] was [set|fixed|announced][ on {day}|].
        {c} [holders|users] have until {day} to [vote|cast a ballot|choose] [on proposal {n}|on the fee rule|].
        The {c} [council|committee|board] will be [elected|chosen|voted in] by holders in {month}.
        [Election|Vote] for the {c} [council|board|committee] [planned|scheduled] in {month}
        [Proposal|Motion|Draft] {n} of the {c} community [is now open|opens|will open] for [voting|ballots].
        A [decision|vote] on the {c} [treasury|block time|supply rule] [is due|is expected|comes] [on {day}|in {month}].
        Whether {c} [changes its fee rule|adopts proposal {n}|keeps its block size] will be [decided by vote|put to holders] in {month}.
        The {c} community [discusses|debates|weighs] [proposal {n}|a rule change] [before|ahead of] a vote on {day}.
        {c} [holders|members] [go to the polls|head to the ballot|prepare to vote] [in {month}|on {day}]
        A [test vote|signal vote|straw poll] among {c} [holders|validators|developers] [starts|is held|takes place] on {day}.
        [The polls|Ballots|The voting page] for {c} proposal {n} [will open|open] [on {day}|in {month}] and close {n} days later.
        {x} [lets|allows] [customers|users] take part in the {c} [vote|ballot|governance poll] on {day}.
        The {c} [team|foundation] [asks|invites] holders to [vote on|give their vote on] [next year's budget|a grants plan|a rule text].
        [Next|Coming] {c} vote: [the budget|fees|block size|rewards]
        Holders of {c} [will be asked|are to be asked|will be polled] [about|on] the [reward rule|treasury plan|next budget].
        [Two|Three] {c} proposals [are on the ballot|go to a vote|will be voted on] in {month}.
        In a [vote|ballot] [planned for|scheduled for|set for] {day}, {c} holders [choose|decide|rule] on [grants|fees|a new rule].
        {c} [opens|starts|begins] [voting|a ballot|a governance poll] on [proposal {n}|a change of rules]
        The [budget|treasury|fee] [question|plan] of {c} [is put to|comes to|will go to] a [public|community|holder] vote.
        Each {c} [holder|validator] [may|can] vote [yes or no|for or against] on proposal {n} [from {day}|in {month}].
    """),
    "rebrand": lines("""
        {c} [unveils|shows|reveals|presents] [a new logo|a new design|a fresh look]
        The {c} [team|foundation|project] [changed|redrew|replaced] its [logo|symbol|emblem|slogan][ on {day}|].
        {c} [gets|takes on|adopts|chooses] a new [name|ticker|slogan|brand]
        The {c} [website|home page|web site] [was redesigned|has a new design|got a new layout].
        [New logo|New colours|New slogan|New website] for {c}
        From {day}, the {c} foundation [will use|uses|goes by] [a new name|another name|a shorter name].
        {co}, the company [behind|that develops] {c}, [changes|changed] its [name|brand|logo].
        The {c} project [rebrands|renames itself|changes its branding], [the coin stays the same|with no change to the software].
        {c} [rebrands|refreshes its brand|updates its look] with [new colours|a new typeface|a round logo]
        A [new|fresh|simpler] [visual identity|brand image|look] for {c} was [presented|shown|published] [in {city}|on {day}].
        The [colours|letters|typeface] of the {c} logo [are|were] [changed|updated] [in {month}|on {day}].
        The {c} [wallet|app] [has a new name|was renamed|gets a new icon].
        {c} [moves|switches|changes] to a new [web address|domain|site name]
        Designers [in {city}|from {place}] [drew|created|made] the new {c} [logo|emblem|brand].
        The {c} community [chose|picked|selected] a new [mascot|logo|slogan] [in {month}|].
        [Exchanges|Trading sites] will [show|list|display] {c} under a new [ticker|name|symbol] from {day}.
        [Name change|Rebranding|New name] [at|for] the {c} [foundation|project]
        The {c} foundation [said|announced] that it [will carry|now carries|takes] a [shorter|simpler|new] name.
        {c} [drops|retires|gives up] its old [logo|slogan|name] [for|in favour of] a new one
        After {n} years, {c} [changes|updates|renews] its [logo|look|brand|home page].
        The {c} [brand|logo|website] was [reworked|redesigned|renewed] by [a design studio|{co}|an agency in {city}].
        {person} [presented|showed|unveiled] the new {c} [logo|brand|look] [in {city}|on {day}].
        A [rebranding|redesign|change of name] of {c} is [planned|scheduled|due] for {month}.
        The social media [accounts|pages] of {c} [carry|show|bear] a new [logo|name|picture][ since {day}|].
        {c} [home page|website] [relaunched|redesigned|moved] with [new colours|a new menu|new pictures]
        The [old|former] name of {c} [will disappear|goes away|is replaced] in {month}, the [new one|new brand] [is simpler|is shorter].
        New [brand guidelines|design rules|logo files] for {c} [were published|are available|came out][ on {day}|].
        {c} now [appears|presents itself] in [green and white|orange and black|blue and silver].
        The {c} team [published|released|posted] its new [logo|brand book|design] and [a new slogan|a redesigned site].
        [Same coin, new name|Same network, new logo]: {c} [rebrands|changes its look]
        The [ticker|symbol|sign] of {c} [changes|will change|is to change] [on {day}|in {month}], [balances stay as they are|nothing else does].
        On {day}, {c} [replaced|swapped] its [round|old|blue] logo [with|for] a [square|new|plain] one.
    """),
    "wallet_move": lines("""
        {x} [shifts|transfers|moves|relocates] {amt} {c} [between own wallets|to another wallet of its own]
        {amt} {c} [moved|shifted|sent|transferred] [between|among] wallets [of|owned by|belonging to] {x}
        [An internal|A routine internal|A planned internal] transfer [moved|took|carried] {amt} {c} [within|inside] {x}.
        The {c} foundation [sent|transferred|moved] {amt} coins to [another|a new|a second] [address|wallet] of its own[ on {day}|].
        {x} [rotates|renews|changes] its {c} [cold wallets|storage addresses|deposit wallets]
        [On {day}, |]{x} [rearranged|reorganised|sorted] its {c} [wallets|holdings|storage], moving {amt} coins internally.
        {amt} {c} went from the [hot|old|main] wallet of {x} to its [cold|new|reserve] wallet.
        {x} [says|said|confirmed] [a transfer|a move|the shift] of {amt} {c} was [internal|routine housekeeping|between its own addresses].
        [Internal|In-house] {c} transfer at {x}[: {amt} coins|]
        {co} [moved|transferred|shifted] its {amt} {c} to a new [custody|cold|storage] wallet [of its own|that it also owns].
        A [large|big] {c} transfer [turned out to be|proved to be|was] [an internal move|wallet upkeep|a move between own addresses] of {x}.
        The [owner|holder] of {amt} {c} [moved|sent] them to [another of his own wallets|a second wallet of the same owner].
        A [wallet|wallet address] with {amt} {c} [moved|shifted|sent] its coins to [a new address|a fresh address] [of|held by] the same owner.
        {x} [consolidates|merges|combines|splits] its {c} [wallets|addresses][ in {month}|]
        [Wallet maintenance|Wallet upkeep|Storage rotation] at {x}: {amt} {c} [moved|shifted]
        {c} [worth|valued at] {money} [moved|was moved|shifted] [between|among] {x}'s own wallets.
        [Coins|Funds] [worth|of] {money} in {c} [stayed|remain] [with|at] {x} after an internal [transfer|move].
        {bank} [transfers|shifts|moves] its {c} [holding|stock] from one [own|internal] [wallet|vault] to another.
        [Block data|Chain data|A block explorer] [shows|showed] {amt} {c} moving between [two addresses|two wallets] of {x}.
        The [transfer|shift|movement] of {amt} {c} [seen|spotted|recorded] on {day} [stayed inside|was within] {x}.
        {x} [changes|swaps|updates] the addresses [where it keeps|that hold] {amt} {c}.
        As part of [routine|planned|regular] [upkeep|maintenance], {x} [moved|sent] {amt} {c} to [new|other] wallets of its own.
        {amt} {c} [change|changed] wallets but not [owner|owners][, {x} said|]
        The {c} [treasury|foundation|team] [splits|spreads|divides] its coins [over|across] {n} own [wallets|addresses].
        [No sale|Not a sale]: {x} [moved|shifted] {amt} {c} [internally|to its own storage]
        {x} [placed|put|stored] {amt} {c} from its hot wallet [into|in] its own cold [storage|wallet][ on {day}|].
        Within {x}, {amt} {c} [were moved|were shifted|passed] from one [address|wallet] to [the next|another].
        The {c} [reserve|holding] of {co} [moves|was moved|has moved] to a different [wallet|address] under the same [owner|control].
        A [long-idle|dormant|years-old] {c} wallet [moved|sent] {amt} coins to [its own new address|another address of its owner].
        {c}: {x} [shuffles|reshuffles|moves] {money} [among|between] own wallets
        [Nothing sold|No coins left] as {x} [moves|transfers|shifts] {amt} {c} [internally|between its wallets]
        {x} [announced|explained] that it [is moving|moves|will move] its {c} [reserves|deposits] to [new|other] wallets of its own [in {month}|on {day}].
    """),
    "report": lines("""
        {c} foundation [publishes|releases|posts|issues] its [monthly|quarterly|yearly|annual] report
        The {c} team [published|released|posted|put out] [its report|figures|a summary] [for {month}|for the last quarter].
        {bank} [publishes|issues|puts out] a [study|paper|note|report] [on|about] {c}
        A [research paper|study|white paper|survey] [on|about] {c} [came out|appeared|was published][ on {day}| in {month}|].
        [Analysts|Researchers|Economists] at {bank} [describe|explain|examine] {c} in a [paper|report|note].
        The [quarterly|monthly|annual] report [of|on] {c} [is out|is available|was posted]
        {person} [wrote|published|posted] [an essay|a blog post|an article|a guide] about [how {c} works|the history of {c}].
        {x} [released|published] [statistics|figures|data] on {c} for {month}.
        [New figures|New statistics|New data] on {c} [were published|came out|are available] on {day}.
        {bank} [keeps|leaves|holds] its [rating|view|opinion] on {c} [unchanged|neutral|at hold]
        The {c} foundation [reported|gave] [numbers|figures] [in line with|that match|as in] [its plan|forecasts|the previous quarter].
        A [university|research group|professor] in {city} [published|presented|released] a [study|paper] on {c}.
        {c} [yearly report|annual review|road map review|transparency report] [published|released|posted][ on {day}|]
        In a [blog post|report|letter], the {c} team [sums up|looks back on|describes] the last {n} months.
        In its [monthly|weekly|quarterly] [report|newsletter|bulletin], the {c} team [lists|describes|sums up] its work.
        [Newsletter|Bulletin|Monthly review] from the {c} [foundation|team|developers] [out|published]
        {co} [publishes|presents|issues] [a survey|a guide|an overview] of {c} [users|mining|wallets]
        The [central bank|statistics office] of {place} [published|released] a [paper|note|study] that [describes|explains] {c}.
        {bank} [starts|begins|opens] coverage of {c} [with a neutral rating|at hold|without a price target].
        A {n}0-page [report|study|paper] by {bank} [describes|covers|looks at] {c}.
        The [accounts|books|figures] of the {c} foundation for [the quarter|{month}] [were published|were posted|are out].
        {c}: [quarterly figures|monthly statistics|annual report] [published|released|as expected]
        [Researchers|Scientists|Students] [in {city}|from {place}] [study|examine|measure] how {c} [is used|works].
        {bank} [takes no side|stays neutral] in its [report|note|paper] on {c}.
        The {c} developers [published|posted] their [progress report|activity report|work report] for {month}.
        [A book|An encyclopedia|A handbook] [about|on] {c} was [published|released] in {place}.
        On {day}, {x} [issued|posted|released] its [regular|monthly|usual] [report|review] of {c} trading data.
        [Report|Study|Paper] [describes|explains|sums up] [how {c} works|who uses {c}|the history of {c}]
        The [latest|newest|regular] {c} report [contains|holds|brings] no [surprises|big news], [analysts said|as expected].
        A neutral [note|report|paper] on {c} [came from|was issued by|was published by] {bank}[ on {day}|].
        The [spending|budget|staff] report of the {c} foundation [appeared|was released|is public] [in {month}|on {day}].
        {person} of {bank} [presented|introduced] a [paper|report|study] on {c} in {city}.
    """),
    "price_flat": lines("""
        {c} [price|rate] [unchanged|flat|steady|little changed][ on {day}|]
        {c} [stays|holds|remains|keeps] [flat|steady|stable] [at|near|around] ${usd}
        The price of {c} [barely moved|hardly changed|did not change|stayed the same][ on {day}|].
        {c} [traded|moved|ran] [sideways|in a narrow range|in a tight band][ on {day}| amid {cause}|].
        [Little|Hardly any|No] [movement|change] in {c} [as traders wait|on a quiet day|amid {cause}]
        {c} [hovers|lingers|sits|idles] [around|near|at] ${usd}[ on {day}|]
        {c} [ended|closed|finished] the [day|week|session] [unchanged|where it began|almost flat] at ${usd}.
        {c} [was|is] [flat|unchanged|little changed|steady] [after|on] {cause}.
        Trading in {c} was [calm|quiet|thin|slow] and the price [held at|stayed near|kept to] ${usd}.
        [Calm|Quiet|Uneventful] [day|session|trading] for {c}[, price flat|]
        The {c} market [stood still|was calm|was quiet] [on {day}|in {month}], with the price [near|at] ${usd}.
        {c} [stuck|pinned|parked] [at|near] ${usd}
        [Buyers and sellers|Bulls and bears] of {c} [balance each other|are evenly matched], [the price is flat|the price does not move].
        The [range|band] of {c} [stays narrow|remains tight], between ${usd} and ${usd}.
        {c} [consolidates|drifts sideways|marks time|treads water] [near ${usd}|on {day}|amid {cause}]
        With {cause}, {c} [stayed|remained|held] [flat|stable|at ${usd}|in its range].
        [Traders|Investors|Markets] [wait|stay on the sidelines|sit tight] as {c} [holds|stays at|keeps to] ${usd}.
        {c} [neither rose nor fell|neither gained nor lost] [on {day}|this week], [traders said|data showed].
        At ${usd}, {c} is [where it was|no higher and no lower than|at the same level as] [last week|yesterday|a day earlier].
        The {c} price [shows no trend|lacks direction|has no clear direction][ on {day}|], [as volume thins|amid {cause}].
        {c} [moved|changed|shifted] by less than {pct} per cent, [practically flat|almost unchanged].
        {c} {verb}, [with few trades|on thin volume|in quiet trading][ on {day}|].
        [Again|Once more|As before], {c} {verb}[ at about ${usd}| near ${usd}|].
        [On {day}|In {month}|In early trading|In late trading], {c} {verb}[ on {cause}|].
        The {c} price {verb} [while|as] [traders waited|buyers and sellers were in balance|volume was low].
        After [small|minor] moves in both directions, {c} [ended|was back|closed] [at the same price|unchanged|at ${usd}].
        {c} [range-bound|rangebound|in a holding pattern|without direction] [near ${usd}|between ${usd} and ${usd}]
        [No news|No drivers|No reaction]: {c} [flat|stays put|holds at ${usd}]
        The [rate|value|quote] of {c} [remains|stays|is] [stable|constant|the same] [at ${usd}|this week].
        {c} [shrugs off|ignores|does not react to] {cause} and [stays flat|holds at ${usd}]
        A [third|second|fourth] [calm|flat|quiet] [day|session] in a row for {c}, [which {verb}|at ${usd}].
        The [week|month|weekend] [left|leaves] {c} [unchanged|where it was|flat] at [about|around] ${usd}.
    """),
}
KOREAN_LEADS: dict[str, tuple[str, ...]] = {
    "conference": lines("""
        {city}에서 {c} [콘퍼런스가|서밋이|포럼이|행사가] 열린다.
        {c} [개발자 회의|연례 총회|밋업|해커톤], {month} {city}에서 개최 예정
        {c} 재단이 [연례 행사|개발자 행사|공개 간담회] [일정을|장소를|연사 명단을] [발표했다|공개했다].
        {person}, {c} [콘퍼런스|행사|포럼]에서 [연설|강연|발표] 예정
        {c:이} {day} [온라인 설명회를|온라인 간담회를|질의응답 행사를] 연다.
        {c} [서밋|콘퍼런스|밋업] [참가 신청|입장권 판매] {day} 시작
        {place}에서 [이틀간|사흘간] {c} [워크숍이|해커톤이|세미나가] 진행된다.
        {c} 개발자들이 {day} {city}에 [모인다|모일 예정이다].
        {c} 팀, {city} [기술 박람회|블록체인 행사|콘퍼런스] [참가|참석|발표] 예정
        {x:이} {c} 팀과 함께 {city}에서 [강연회를|밋업을|설명회를] [연다|개최한다].
        올해 {c} [연례 행사|총회|콘퍼런스]는 {city}에서 [열린다|개최된다].
        {c} [행사|콘퍼런스|포럼] [일정표|프로그램|연사 명단] 공개
        {c} 재단, {day} 이용자 [간담회|질의응답|공개 회의] [개최|진행]
        {month} {city}에서 {c} [커뮤니티|이용자|개발자] [모임이|행사가] 예정돼 있다.
    """),
    "routine": lines("""
        {c} [클라이언트|지갑|노드] {ver} [정기|소규모|유지보수] 업데이트 [배포|공개|출시]
        {c} 개발팀이 {day} [정기|통상적인|소규모] 업데이트를 [배포했다|공개했다|내놓았다].
        {c} [지갑|앱|클라이언트]의 [사소한|작은] [오류|오타]를 고친 {ver} 버전이 나왔다.
        {c} {ver} 버전, [소소한|경미한] 수정만 [포함|반영]
        {c} 노드 소프트웨어 [정기 점검|정기 업데이트|유지보수] [완료|진행]
        {c:이} [새 기능 없이|작은 수정만 담아] {ver} 버전을 [배포했다|공개했다].
        {c} 개발자들이 [코드를|문서를|안내서를] [정리했다|다듬었다|갱신했다].
        [예정대로|평소처럼] {c} [월간|정기] 업데이트가 {day} 공개됐다.
        {c} 지갑 앱, {ver} 버전으로 [소폭 업데이트|정기 업데이트]
        {c} [번역|도움말|메뉴 문구] [수정|갱신]한 {ver} 버전 배포
        {c} 팀은 {month} [정기 배포를|정기 업데이트를|유지보수 작업을] 마쳤다.
        이번 {c} [업데이트|배포판]에는 [작은 변경|사소한 수정]만 담겼다.
        {c} 클라이언트 [시험판|후보판|유지보수판] {ver} [공개|배포]
        {person} 개발자가 {c} {ver} 버전의 [정기 배포|정기 공개]를 알렸다.
    """),
    "vote": lines("""
        {c} [수수료|예산안|보상 규칙] [투표|찬반 투표] {day} 시작
        {c} 보유자들이 {month} [예산안을|규칙 변경을|제안 {n}호를] 두고 투표한다.
        {c} 재단, [거버넌스|커뮤니티|보유자] 투표 일정 [발표|공개]
        {c} 제안 {n}호가 {day} 투표에 [부쳐진다|오른다|들어간다].
        {c} 커뮤니티가 [블록 크기|수수료율|보상 규칙] 변경 여부를 투표로 [결정한다|정한다].
        {c} [검증인|채굴자|보유자], {day}까지 투표 [참여|진행]
        {c} [운영위원|위원회|이사회] [선거|선출 투표] {month} 실시
        {person}의 제안을 두고 {c} 보유자 투표가 [열린다|예정돼 있다].
        {c} [거버넌스 제안|규칙 개정안|예산 제안], 투표 [예정|앞둬]
        {month} {c} [찬반 투표|거버넌스 투표]가 [진행된다|실시된다|열린다].
        {c:은} {day} 제안 {n}호에 대한 [투표를|표결을] [시작한다|연다].
        {x} 이용자도 {c} [거버넌스|커뮤니티] 투표에 [참여할 수 있다|표를 던질 수 있다].
        {c} 팀이 보유자에게 [새 규칙|다음 예산]에 관한 [투표를|표결을] [요청했다|안내했다].
        {c} 투표 [안건|날짜|일정] 확정…{day} [개시|시작]
    """),
    "rebrand": lines("""
        {c}, 새 [로고|이름|슬로건|디자인] [공개|발표]
        {c} 재단이 {day} [로고를|이름을|상징색을|슬로건을] [바꿨다|변경했다|교체했다].
        {c} [홈페이지가|웹사이트가|누리집이] 새 [디자인|모습]으로 [바뀌었다|개편됐다].
        {c} [브랜드|로고|명칭] [개편|변경|교체]
        {c:은} {month}부터 새 [이름을|로고를|티커를] [사용한다|쓴다].
        {c}의 [티커가|기호가|명칭이] {day} [변경된다|바뀐다].
        {c} 지갑 앱의 [이름|아이콘|색상]이 [바뀌었다|변경됐다].
        {person}, {c} 새 [로고|브랜드|디자인] [소개|공개]
        {c:이} [파란색|초록색|주황색] 로고를 [선보였다|공개했다].
        {c} 프로젝트, 새 [웹 주소로|도메인으로|홈페이지로] [이전|이동]
        {co:이} {c}의 새 [로고를|디자인을|브랜드를] [제작했다|만들었다].
        {c} [리브랜딩|브랜드 개편]이 {month} [진행된다|예정돼 있다|시작된다].
        {n}년 만에 {c} [로고|이름|홈페이지] [교체|변경]
        {c} 팀이 새 [마스코트를|슬로건을|로고를] [골랐다|정했다|발표했다].
    """),
    "wallet_move": lines("""
        {x}, 자체 지갑 사이에서 {c} {amt}개 [이동|이체|이전]
        {c} {amt}개가 {x} 내부 지갑에서 다른 내부 지갑으로 [옮겨졌다|이동했다|이체됐다].
        {x:이} {c} {amt}개를 [자체 콜드월렛으로|자사 보관 지갑으로|새 자체 지갑으로] [옮겼다|이동했다|이체했다].
        {c} 재단, 보유 물량을 [다른 자체 지갑으로|새 자체 주소로] [이전|이동]
        이번 {c} 이체는 {x}의 [내부 이동으로|지갑 정리로|지갑 교체로] [확인됐다|밝혀졌다].
        {x:은} {c} {amt}개 이동이 [내부 이체|통상적인 지갑 관리]라고 [밝혔다|설명했다].
        {x}, {c} [지갑 정리|지갑 교체|지갑 재배치]…{amt}개 내부 이동
        오래된 {c} 지갑이 같은 소유자의 [새 주소로|다른 지갑으로] {amt}개를 [옮겼다|보냈다].
        {co:이} 보유한 {c} {amt}개를 [자사|자체] [새 지갑|보관 지갑]으로 [옮겼다|이전했다].
        {c} {amt}개 [이동|이체], [소유자 변동 없어|매도 아닌 내부 이체]
        {day} {x} [핫월렛|기존 지갑]에서 자체 콜드월렛으로 {c} {amt}개가 [이동했다|이체됐다].
        {x:이} [정기 점검|지갑 관리]의 하나로 {c:을} 자체 지갑 사이에서 [옮겼다|재배치했다].
        {bank}, 보유 {c:을} 다른 자체 지갑으로 [이전|이동]
        {c} {amt}개를 담은 지갑이 [같은 소유자|동일 소유자]의 주소로 [나뉘었다|옮겨졌다].
    """),
    "report": lines("""
        {c} 재단, [분기|월간|연례|연간] 보고서 [공개|발표|발간]
        {bank:이} {c}에 관한 [연구 보고서를|분석 자료를|설명 자료를] [냈다|발간했다|공개했다].
        {c} 팀이 {month} [활동 보고서를|운영 보고서를|소식지를] [게시했다|발표했다].
        {bank}, {c} [투자의견 중립|보유 의견] [유지|제시]
        {c}의 [분기 수치가|월간 통계가|분기 실적이] 예상에 [부합했다|맞았다].
        {city}의 한 대학이 {c} [연구 논문을|조사 결과를|분석 보고서를] [발표했다|공개했다].
        {person}, {c} [해설서|설명 글|연구 보고서] [공개|발간]
        {c} 작동 [원리를|방식을] 설명한 [논문이|보고서가|책이] [나왔다|공개됐다].
        {x:이} {day} {c} [거래 통계를|월간 자료를|이용 현황을] [공개했다|발표했다].
        {c} [이용자 조사|통계 자료|현황 보고서] {day} 발표
        {co:이} {c} [현황을|이용자를|역사를] 다룬 보고서를 [펴냈다|내놓았다].
        {c} 개발팀, 지난 {n}개월 [활동 정리|작업 내용] 블로그 글 게시
        {place} [연구진|연구소|통계청]의 {c} 보고서가 [공개됐다|나왔다].
        {c:을} 다룬 {bank}의 [중립적인|정기] 보고서가 {day} [발표됐다|공개됐다].
    """),
    "price_flat": lines("""
        {c} 가격, [보합|제자리걸음|변동 없어|횡보]
        {c:이} {usd}달러 [부근|선|안팎]에서 [횡보했다|제자리걸음을 했다|머물렀다].
        {c:은} {day} [큰 변동 없이|별다른 움직임 없이|전날과 같은 수준에서] 거래를 마쳤다.
        {c} 시세가 [거의 변하지 않았다|그대로였다|보합을 유지했다].
        {c}, {usd}달러에서 [보합 마감|횡보|제자리]
        매수와 매도가 [맞서며|균형을 이루며] {c:이} [보합에 머물렀다|움직이지 않았다].
        {c:은} [좁은 범위|박스권]에서 [거래됐다|움직였다|머물렀다].
        {day} {c} 시장은 [조용했다|한산했다], 가격은 {usd}달러로 [그대로다|변동이 없다].
        [관망세 속에|거래가 한산한 가운데|방향성 없이] {c:이} {verb}.
        {c} 가격이 [사흘째|이틀째|나흘째] [제자리다|변동이 없다|보합이다].
        {c:이} [이번 주|이번 달] 내내 {verb}.
        {c} 등락 없이 {usd}달러 [유지|안팎 거래]
        투자자들이 [관망하면서|지켜보면서] {c} 시세는 [제자리에 머물렀다|그대로였다].
        {c:은} {usd}달러와 {usd}달러 사이에서 [횡보했다|뚜렷한 방향 없이 거래됐다].
    """),
}
PRICE = lines("""
    What is the [price|current price|latest price] of {v}?
    [How much is|How much does] {v} [right now|today|at the moment]
    what's {v} [at|trading at|going for] [now|today|right now]?
    {v} price[?| please| now| today]
    [Could you|Can you|Would you] [tell|give] me the price of {v}[, please|]?
    I'd like to know [how much {v} costs|what {v} costs|the price of {v}].
    [Please look up|Look up|Please check|Check] the [price|rate|quote] of {v}.
    how [much|many dollars] for one {v}
    What does [one|a single] {v} cost [in dollars|today|now]?
    [Price|Rate|Quote] of {v}[?|, please|]
    Do you [know|have] the [current|latest|live] {v} price?
    [Tell|Show|Give] me [the {v} price|what {v} is worth|the rate of {v}].
    what is {v} worth [these days|now|today|at present]
    [Any idea|Do you know] what {v} [costs|trades at|is worth] [now|today]?
    I [was wondering|wonder] what {v} [costs|is trading at|sells for].
    Where is {v} [trading|priced] [now|today|at the moment]?
    i need the [price|current rate|dollar price] of {v}
    At what price [is {v} trading|does {v} trade] [now|today]?
    [hey|hi|hello], what's the {v} price[?|]
    How [high|low] is the {v} price [at the moment|right now|today]?
    [quick|short] question: how much is {v}[?|]
    [Fetch|Get|Find] the [latest|current] {v} [price|quote|rate][ for me|].
    [Could|May|Can] I [get|have] a [quote|price] for {v}?
    The [current|present|latest] [value|price] of {v}, please.
    how's the price of {v} [doing|looking] [today|now]
    If I bought one {v} [now|today], what would it cost?
    What [number|price] does {v} [stand at|show] [today|right now]?
    {v} in [dollars|usd]?
    [Would you mind|Do you mind] [checking|looking up] the {v} price?
    What's the [going rate|market price|spot price] [for|of] {v}[ today|]?
    {v} [가격|시세] [알려줘|알려 주세요|좀 알려줘|보여줘].
    [지금|현재|오늘] {v} [가격이|시세가] [얼마야|얼마예요|얼마인가요|얼마입니까]?
    {v} [얼마|얼마야|얼마예요]
    {v} [현재가|시세|가격][?|]
    {v} 한 개에 [얼마인지|몇 달러인지] [알려줘|궁금해요|말해줘].
    {v} [가격|시세] 좀 [확인해 줘|조회해 줘|찾아봐 줘].
    [혹시|죄송하지만] {v} [현재 가격을|시세를] 알 수 있을까요?
    {v} 지금 [몇 달러야|몇 달러예요|몇 달러인가요]?
    [오늘|지금] {v} [값이|가격이] 어떻게 [되나요|돼|됩니까]?
    {v} [최신|현재|실시간] 가격 [부탁해|부탁합니다|부탁드려요].
""")
WEATHER = lines("""
    What is the weather [like |]in {v}[ today| now|]?
    How is the weather in {v} [today|right now|at the moment]?
    weather [in|for] {v}[?|]
    {v} weather[?| please| now| today]
    [Could you|Can you|Would you] [tell me|check|look up] the weather in {v}[, please|]?
    [Is it|is it] [raining|snowing|sunny|windy|cloudy] in {v}[ now| today|]?
    I'd like to know [the weather|how warm it is|how cold it is] in {v}.
    How [warm|cold|hot] is it in {v} [today|now|right now]?
    [Please look up|Look up|Please check|Check] the weather [in|for] {v}.
    what's it like outside in {v}[ today| now|]
    Do I need [an umbrella|a coat|a jacket|sunglasses] in {v}[ today|]?
    What is the [temperature|current temperature] in {v}[ now|]?
    [Tell|Show|Give] me the weather [in|for] {v}.
    [Will it|Is it going to] [rain|snow|be sunny|be hot] in {v} [today|this afternoon]?
    how many degrees [is it |]in {v} [now|today|right now]
    [Any|Is there any] [rain|snow|wind|sun] in {v}[ today| now|]?
    The [weather|temperature] in {v}, please.
    I'm [travelling|going|flying] to {v}, what's the weather there?
    I [was wondering|wonder] [what the weather is|how the weather is] in {v}.
    [Do you know|Any idea] [what the weather is like|if it rains|how cold it is] in {v}?
    [hey|hi|hello], how's the weather in {v}[?|]
    Is [the weather|the sky] in {v} [clear|nice|good|bad] [today|now]?
    [Fetch|Get|Find] the [current|latest] weather for {v}[, please|].
    what should i wear in {v} today[?|]
    [Would you mind|Do you mind] checking the weather in {v}?
    Weather [report|conditions|forecast] for {v}[, please|?|]
    What are the weather conditions in {v} [today|now|at present]?
    In {v}, is it [warm|cold|raining|sunny] [now|today]?
    [quick|short] question: what's the weather in {v}[?|]
    i need the weather [in|for|of] {v}[ today|]
    {v} 날씨 [알려줘|알려 주세요|좀 알려줘|말해줘].
    [지금|오늘|현재] {v} 날씨 [어때|어때요|어떤가요]?
    {v} 날씨[?|는?| 좀|]
    {v} [기온이|온도가] [몇 도야|몇 도예요|몇 도인가요]?
    {v}에 [지금|오늘] [비가|눈이] [와|오나요|내리나요]?
    {v} 날씨 좀 [확인해 줘|찾아봐 줘|조회해 줘].
    {v} [오늘|지금] [추워|더워|추운가요|더운가요]?
    [혹시|죄송하지만] {v} 날씨를 알 수 있을까요?
    {v}에 가는데 [우산이|외투가] [필요할까|필요할까요|필요해]?
    {v} [현재|오늘] 날씨 [부탁해|부탁합니다|부탁드려요].
""")
TIME = lines("""
    What time is it in {v}[ now| right now|]?
    What is the [time|current time|local time] in {v}?
    time in {v}[?| now| please]
    {v} time[?| now| please]
    [Could you|Can you|Would you] tell me [the time|what time it is] in {v}[, please|]?
    [Tell|Show|Give] me the [time|local time|current time] in {v}.
    what's the [time|clock|hour] in {v}[ now|]
    Do you [know|have] the time in {v}?
    I'd like to know [what time it is|the local time|the time] in {v}.
    [Please look up|Look up|Please check|Check] the time in {v}.
    Is it [morning|night|evening|late|already dark] in {v}[ now|]?
    How late is it in {v}[ now| at the moment|]?
    what hour is it in {v}[ right now|?|]
    The [time|local time|current time] in {v}, please.
    [Any idea|Do you know] what time it is in {v}?
    I [was wondering|wonder] what time it is in {v}[ now|].
    What does the clock [say|show] in {v}[ now|]?
    [hey|hi|hello], what time is it in {v}[?|]
    I want to [call|phone|ring] a friend in {v}, what time is it there?
    [Fetch|Get|Find] the [current|local] time for {v}[, please|].
    what time do they have in {v}[ now|?|]
    [Would you mind|Do you mind] checking the time in {v}?
    [quick|short] question: what's the time in {v}[?|]
    i need the [time|local time|exact time] in {v}
    In {v}, what time is it [now|right now|at the moment]?
    Local time [in|for|of] {v}[?|, please|]
    What time would it be in {v} [now|right now]?
    [Is it|Would it be] too [late|early] to call someone in {v} now?
    What is the [exact|present|correct] time in {v}[, please|]?
    how [early|late] is it over in {v}[?|]
    {v} [지금|현재] [몇 시야|몇 시예요|몇 시인가요|몇 시입니까]?
    {v} [시간|시각|현지 시간] [알려줘|알려 주세요|말해줘].
    [지금|현재] {v} 시간은 [몇 시야|몇 시예요|몇 시인가요]?
    {v} [현재 시각|현지 시각|시간][?|은?|]
    {v} 시간 좀 [확인해 줘|알려줘|봐 줘].
    [혹시|죄송하지만] {v} [현지 시간|현재 시간]을 알 수 있을까요?
    {v}에서는 지금 [몇 시인지|밤인지|아침인지] [알려줘|궁금해요|말해줘].
    {v} 쪽은 지금 [밤이야|낮이야|아침이야|밤인가요]?
    {v} 현지 [시간|시각] [부탁해|부탁합니다|부탁드려요].
    {v}에 전화하려는데 거기 [몇 시야|몇 시예요|몇 시인가요]?
""")
