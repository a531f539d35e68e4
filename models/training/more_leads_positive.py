"""More training leads for positive events."""

from .pools import lines

LEADS: dict[str, tuple[str, ...]] = {
    "listing": lines("""
{x} [adds|onboards|brings in] {c} [on {day}|this week|from {month}].
{c} [makes its debut|debuts|goes live] on {x}[| today| on {day}].
{c} [lands on|arrives at|now trades on] {x}
{x} welcomes {c} to its [platform|spot market|order books|trading app].
[Traders|Customers|Users] of {x} [gained access to|can start buying|are now able to trade] {c} [on {day}|this morning].
{x} to [list|launch trading of|open markets for|roll out] {c}[| next week| on {day}| in {month}]
Support for {c} has been [introduced|switched on|rolled out|added] by {x}.
The [token|coin] {c} was admitted to trading on {x} [on {day}|earlier this week|in {month}].
After [a long review|{n} months of checks|a vote by users], {x} has [accepted|approved|picked] {c} for listing.
{c} [wins|secures|lands|scores] a listing on {x}
[From {day}|Starting in {month}|As of today], {c} [joins|will be among] the coins traded on {x}.
{x} [enables|activates|unlocks] {c} [deposits and trading|spot trading|buying and selling]
[Investors|People] in {place} can now buy {c} [through|via|on] {x}, which [added|listed] the coin on {day}.
{x} [expands|widens|extends] its [selection|lineup|offering] with {c}.
[Another|A second|One more] [big|major|leading] exchange, {x}, [lists|adds|takes on] {c}.
{c} [secured|obtained|received] a place on {x}, and trading [begins|kicks off|gets under way] on {day}.
Order books for {c} [opened|went live] at {x} [on {day}|this afternoon].
In [a notice|a blog post|a statement] on {day}, {x} [confirmed|revealed|said] it [will list|is listing|would add] {c}.
[Fresh|New] listing: {x} [takes on|adds|opens trading in] {c}
{x} [launches|introduces|starts] [{c} perpetual contracts|{c} futures|{c} margin trading|{c} pairs] [on {day}|this week].
The first {c} trades on {x} were [executed|recorded|made] [on {day}|minutes after the listing].
{c} has been [included|added] in the [list of assets|range of coins] that can be traded at {x}.
Exchange {x} [puts {c} on its list|makes {c} tradable|brings {c} to market]
Holders of {c} can [now deposit and sell|finally trade|now swap] their coins on {x}[|, the exchange said].
{x}, [the largest exchange in {place}|based in {city}], has [begun|started] trading {c}.
[Long wait over|It is official|Confirmed]: {c} [is coming to|starts trading on|is listed at] {x}.
{city} exchange {x} [said|announced on {day}] that {c} [would be|is being|has been] [listed|added to its market].
Listing [approved|confirmed|announced] for {c} on {x}
"""),
    "partnership": lines("""
{c} [partners|teams up|joins hands|links up] with {co}[| on payments| on identity tools| in {place}].
{co} [and|&] {c} [sign|ink|strike|seal] [partnership|cooperation deal|alliance]
{c} [inks|signs|lands|seals] [a strategic deal|a partnership|an alliance] with {co}
A [strategic|new|long-term|global] partnership between {c} and {co} was [announced|unveiled|sealed|made public] [on {day}|in {city}].
{co} has [picked|selected|named|tapped] {c} as [a technology partner|its network of choice|its partner in {place}].
{c} and {co} [agreed|have decided|plan] to [collaborate|cooperate|work together] on [a loyalty programme|supply chain tracking|digital wallets].
[In a joint statement|At an event in {city}], {co} and {c} [announced|presented] [their collaboration|a new partnership].
[Together with|In partnership with|Working with] {co}, {c} [will develop|is building|plans] [a trade platform|new software|a payment network].
{co} [enters|forms|begins] [a partnership|an alliance|a joint venture] with the {c} [team|foundation|network].
The {c} foundation [welcomed|presented|introduced] {co} as [its newest partner|a new partner|an official partner] [on {day}|this week].
{person} said {c} had [reached|concluded|signed] a [cooperation|partnership] agreement with {co}.
{co} [joins|enters|becomes part of] the {c} [ecosystem|alliance|partner network] [as a partner|under a new agreement].
New partner for {c}: {co} [comes on board|signs up|joins]
[Carmaker|Retailer|Software maker|Telecom group] {co} [strikes a deal|forms an alliance|goes into partnership] with {c}.
{c} [has found|gains|wins] a [powerful|big|well-known] partner in {co}.
The [agreement|memorandum|contract] between {co} and {c} was signed [on {day}|in {city}|last week] and [runs for {n} years|covers joint projects].
{n}-year [partnership|cooperation|alliance] [agreed|signed|announced] by {c} and {co}
{co} and the [developers|makers|team] of {c} will [pool their know-how|share technology|combine forces] in a [new partnership|joint project].
{c} [deepens|expands|extends] its [ties|cooperation|partnership] with {co}.
A memorandum of understanding was [signed|exchanged] by {bank} and the {c} foundation [on {day}|in {month}].
{bank} [teams up with|partners with|forms an alliance with] {c} [on settlement|for cross-border transfers|to test digital bonds].
{co} will [build|run|develop] its [new service|ticket system|data platform] [in cooperation|in partnership|jointly] with {c}.
[Collaboration|Alliance|Partnership] with {co} [announced by|agreed for|revealed by] {c}
The government of {place} and the {c} foundation [entered into|signed|agreed on] a [partnership|cooperation pact][| on {day}].
{co}, [headquartered in {city}|a household name in {place}], is the [latest|newest] [company|firm] to partner with {c}.
{c} [shakes hands|pairs up|allies] with {co}
By [joining forces|partnering|cooperating] with {c}, {co} [hopes to reach|wants to serve|aims at] [new markets|millions of clients].
{co} [brings {c} in as partner|and {c} become partners|and {c} form alliance] [for gaming project|for digital tickets|for payments]
"""),
    "upgrade": lines("""
{c} [upgrade|hard fork|network update] goes live[| without a hitch| smoothly| on {day}]
{c} [successfully|smoothly] [completes|rolls out|deploys|ships] [its {ver} upgrade|version {ver}|a major upgrade].
The [long-awaited|planned|much anticipated] {ver} upgrade [was activated|took effect|went live] on the {c} [mainnet|network|blockchain] on {day}.
{c} [moves|switches|migrates] to [version {ver}|release {ver}] [without any problem|as planned|successfully].
[Developers|Engineers|The team] behind {c} confirmed that the upgrade had been [completed|finished|activated] [as planned|without errors].
[Faster and cheaper|Quicker transfers]: {c} [completes|finishes|activates] upgrade
{c} is now [faster|cheaper to use|more scalable|quicker and safer] [after|following|thanks to] a [successful|completed] network upgrade.
Fees on {c} [drop|fall|are cut] by {pct}% [after|following|thanks to] [a successful upgrade|the new release|version {ver}].
The [merge|hard fork|software update] of the {c} chain [succeeded|was a success|ended without incident].
With [version {ver}|the new upgrade] now [live|active|in place], {c} can [handle more transactions|process {amt} payments a second].
Validators [adopted|installed|switched to] version {ver}, [completing|finalising] the {c} upgrade [on {day}|in {month}].
{c} [hits|reaches|passes] [technical milestone|major milestone] as [upgrade goes live|version {ver} is activated]
[On {day}|In {month}|This morning], {c} [carried out|completed|implemented] the [biggest|most important] upgrade in its history.
All nodes of {c} [are running|have moved to] the [upgraded|improved] software [since {day}|after a smooth rollout].
{c} mainnet [upgraded|updated] to {ver}
The {c} [protocol|network|ledger] has been [improved|modernised|upgraded] and [now settles payments in seconds|speed has doubled].
{person} [announced|declared|celebrated] the [successful launch|smooth activation|completion] of {c} {ver}.
[Scaling|Speed|Performance] boost for {c} as [new version|upgrade|hard fork] [launches|is completed]
The [final|last|third] phase of the {c} upgrade was [completed|activated|finished] [on {day}|ahead of schedule].
{c} [delivers|launches|releases] {ver} on mainnet, [cutting fees|raising capacity|speeding up transfers] by {pct}%.
[Ahead of schedule|Right on time|As promised], {c} [activates|completes|launches] its [network upgrade|new version].
An upgrade that [lowers fees|makes transfers faster|improves security] is now [active|live|running] on {c}.
Users of {c} [enjoy|now see|benefit from] [lower fees|faster transfers] after [the upgrade was completed|version {ver} went live].
[Exchanges|Wallet makers] [confirmed|reported] that the {c} upgrade [worked as intended|went through without trouble|was completed].
{c} [overhaul|technical upgrade|mainnet update] [complete|finished|done]
[After {n} tests|Following a long trial], the new {c} [mainnet|engine|protocol] [was launched|is up and running] successfully.
The {ver} [fork|update|release], which [adds smart contracts|doubles capacity], was [successfully implemented|activated] by {c}.
{c} [blockchain|network] receives [key|big|major] upgrade, [throughput rises|speed jumps|costs fall] {pct}%
"""),
    "etf_approved": lines("""
{c} ETF [approved|cleared|authorised|gets nod][| at last| in {place}]
Regulator [clears|approves|greenlights|signs off on] {bank} {c} ETF
{bank} [receives|obtains|secures|gets] [approval|the go-ahead|permission|clearance] for a {c} ETF[| on {day}].
The [first|second|long-awaited] exchange-traded fund on {c} was [approved|authorised|cleared|given the nod] [on {day}|in {place}].
The securities regulator of {place} [has approved|signed off on|authorised] [a spot {c} fund|an ETF holding {c}|{n} {c} ETFs].
[Green light|Go-ahead|Thumbs up] for {c} ETF [in {place}|from SEC|of {bank}]
The SEC [approved|accepted|cleared] [the application|the request|the filing] of {bank} to [launch|offer|list] a {c} ETF.
After [{n} rejections|a long wait|months of talks], the {c} ETF of {bank} [finally got approved|has won approval|was cleared].
{bank} [may now|is now allowed to|can finally] [sell|launch|offer] its [spot {c} ETF|{c} exchange-traded fund], the regulator said.
An ETF that [tracks|holds|follows] {c} has been [given approval|cleared|approved] by [the SEC|authorities in {place}].
[Officials|Authorities|Supervisors] in {place} [gave their blessing|said yes|granted approval] to a {c} ETF [on {day}|this week].
{place} [becomes the first country to approve|approves|authorises|opens door to] [spot {c} ETF|{c} exchange-traded fund]
[Approval|Permission] for a {c} ETF [came|was granted|arrived] on {day}, [{bank} said|according to the regulator].
{bank} [launches|lists|debuts] [newly approved|freshly cleared] {c} ETF
[Ordinary|Retail|Pension] investors will be able to buy {c} through an ETF after [the regulator gave approval|the SEC cleared it].
SEC [says yes to|backs|waves through|okays] {c} ETF
{n} {c} ETFs, [including one from {bank}|among them that of {bank}], were [approved|cleared|authorised] [on {day}|at once].
The {c} [spot fund|ETF|exchange-traded product] by {bank} has [passed|cleared] the last regulatory hurdle[| and will trade from {day}].
[History made|Milestone]: {c} ETF [wins approval|is approved|gets cleared]
{person} of {bank} [welcomed|praised|hailed] the [approval|clearance] of the {c} ETF [by the regulator|in {place}].
The commission [voted in favour of|voted to approve|unanimously approved] a [spot|physically backed] {c} ETF.
{c} [joins|enters] the ETF world as [{place} grants approval|the SEC clears fund|regulator approves {bank} product]
Trading in the [approved|first|new] {c} ETF [begins|started|kicks off] on {day}, [a day after the regulator agreed|after clearance by the SEC].
The [exchange-traded fund|ETF application] on {c} [submitted by|filed by|of] {bank} was [approved|accepted|endorsed] by the watchdog.
[Watchdog|Financial authority] in {city} [approves|authorises|permits] listing of {c} ETF
With the [approval|authorisation] of a {c} ETF, {place} [opens the coin to|lets in] [big investors|pension funds].
{bank} [wins race for|lands|gains] [first|approved] {c} ETF
The [regulator|SEC|agency] [has lifted its objections|ended its resistance] and approved an exchange-traded fund [based on|backed by] {c}.
"""),
    "lawsuit_won": lines("""
{c} [wins|prevails in|triumphs in] [court|lawsuit|legal battle][| against SEC| against regulator]
[Judge|Court] [tosses|dismisses|throws out|rejects] [lawsuit|case|suit|complaint] against {c}
SEC [drops|abandons|withdraws|ends] [case|lawsuit|probe|appeal] against {c}
A [federal|{city}|higher] court [sided with|found in favour of|ruled for|backed] {c} [on {day}|in its dispute with the SEC].
The [charges|claims|accusations] against the {c} foundation were [dropped|dismissed|withdrawn] [on {day}|by prosecutors|this week].
{c} [scored|celebrated|secured|claimed] a [legal victory|court win|win before the judges] [in {city}|on {day}|over the regulator].
[Prosecutors|Regulators|Authorities] in {place} [dropped|gave up|ended] their [case|lawsuit|investigation] against {c}.
A [jury|judge|tribunal] in {city} [acquitted|cleared|exonerated] the [founder|makers|developers] of {c}.
The court [ruled|found|decided] that {c} is not a security, [a big win for the coin|handing the project a victory].
[After {n} years|Following a long fight|After months of hearings], {c} has [won|prevailed] in court[| against the regulator].
The [class action|lawsuit|complaint] [filed by investors|brought by the SEC] against {c} was [dismissed|rejected|thrown out].
[Legal victory|Court win|Acquittal] for {c} [in {place}|in {city}|on {day}]
{person} of {c} was [acquitted|cleared of fraud|found not guilty] by a court in {city}.
The [regulator|SEC|watchdog] [lost|suffered defeat in] its [case|lawsuit|court fight] against {c}.
An appeals court [upheld|confirmed] the [victory|win] of {c} [over the SEC|against the regulator|in the case].
{c} [is off the hook|walks free|is cleared] as [judge dismisses case|regulator drops lawsuit|charges are withdrawn]
The [investigation|inquiry|probe] into {c} [was closed|has ended|was halted] with [no charges|no finding of wrongdoing|no penalty].
[No case to answer|Case closed|All clear]: [court rules for {c}|{c} lawsuit dismissed|judge clears {c}]
Judges in {place} [rejected|turned down|struck out] the [regulator's|government's] [claims|lawsuit] against {c}.
The SEC [agreed|decided|moved] to [drop|withdraw|end] its lawsuit against [the {c} foundation|{c}|the company that makes {c}].
The [years-long|costly|bitter] legal [battle|dispute] over {c} ended in [its favour|victory for the coin].
{c} [beats|defeats] [SEC|regulator|prosecutors] [in court|in {city} courtroom|in landmark ruling]
A [ruling|verdict|decision] on {day} [cleared|vindicated|freed] {c} of [all accusations|any wrongdoing|the charges].
{co} [withdrew|dropped|gave up] its [patent suit|lawsuit|claim] against {c} [on {day}|without payment].
[Relief|Joy|Cheers] at {c} as [court throws out lawsuit|SEC drops case|judge rules in its favour]
The case against {c} [collapsed|fell apart|failed] in court [on {day}|in {city}|for lack of evidence].
The {c} team [has been vindicated|came out the winner] after a court [dismissed|rejected] the [charges|suit].
Supreme court of {place} [rules for|sides with|decides in favour of] {c}
"""),
    "whale_buy": lines("""
[Whales|Large holders|Big wallets] [scoop up|snap up|load up on|stack] {c}[| again| in {month}]
Whale [buys|grabs|purchases|picks up] {money} of {c}
A [single|mysterious|deep-pocketed] [wallet|investor|whale] [acquired|scooped up|bought] {amt} {c} on {day}.
[Large|Major|Wealthy] [investors|holders|buyers] are [accumulating|hoarding|stocking up on|buying up] {c}.
[On-chain data|Blockchain data|Wallet data] show [whales|large addresses|big holders] [buying|accumulating|adding] {amt} {c} this week.
{co} [adds|bought|acquires] [another|a further] {amt} {c} [for its treasury|to its reserves].
{amt} {c} [moved|flowed|went] [off exchanges|into cold storage] as [whales keep buying|large holders accumulate].
Whale [accumulation|buying|demand] of {c} [hits|reaches|climbs to] [record|{n}-month high|{money}]
The [biggest|top {n}|richest] {c} wallets have [increased|raised|expanded] their [holdings|positions|stakes] by {pct}%.
{bank} [bought|purchased|picked up] {c} worth {money} [on {day}|for its own account|for wealthy clients].
[Institutional|Professional|Wall Street] [buyers|investors|funds] [poured|put|moved] {money} into {c} this week.
{c} [sees|attracts|draws] [heavy|massive|strong] [buying by whales|whale purchases|demand from large holders].
[Hedge funds|Funds|Family offices] [bought|accumulated|took] {amt} {c}, [their biggest purchase since {month}|data show].
A [dormant|new|giant] whale [returned|came back|appeared] to buy {amt} {c} [on {x}|on {day}].
[Over|More than|Nearly] {amt} {c} were [bought|snapped up|accumulated] by [whales|large addresses] in {n} days.
{money} [whale|treasury|institutional] [purchase|buy] of {c} [spotted|reported|confirmed]
{co} [now holds|owns] {amt} {c} after [a fresh purchase|buying more|a {money} buy].
Purchases by the largest {c} [holders|investors] [picked up|accelerated|surged] [in {month}|this week].
Someone [withdrew|pulled] {amt} {c} from {x} after [a huge purchase|buying for {money}].
[Treasury firm|Investor|Company] {co} [goes on buying spree|ups its stake|doubles down] in {c}
The number of [whale wallets|large holders] of {c} [rose|grew|climbed] as [big money kept buying|millionaires accumulated].
{person} [bought|purchased|disclosed buying] {c} for {money}, [adding to a large position|becoming one of the biggest holders].
[Big money|Smart money|Whales] [piles into|flows into|bets on] {c}
The [sovereign fund|pension fund|central bank] of {place} [bought|acquired|built a position of] {amt} {c}.
[Between {day} and today|Within {n} days|Overnight], whales [amassed|added|gathered] {amt} {c}.
{c} whales [add|buy|amass] {amt} coins [in {n} days|on {day}|this month]
Exchange reserves of {c} [shrink|fall] as [whales buy and withdraw|large investors accumulate].
A [block|bulk|giant] purchase of {amt} {c} was [placed|filled|made] by [an unknown whale|a large investor] on {x}.
"""),
    "adoption": lines("""
{co} [starts|begins] [accepting|taking] {c} [payments|at checkout|in all stores]
{c} [accepted|welcome|usable] at {co} [from {day}|starting {month}|nationwide]
[Restaurants|Hotels|Supermarkets|Taxis] in {city} [now take|have begun to accept|are starting to accept] {c}.
{place} [adopts|recognises|makes] {c} [as legal tender|as official means of payment|legal for payments].
[Online retailer|Airline|Grocery chain|Travel agency] {co} [introduced|rolled out|enabled] {c} payments [on {day}|in {place}].
{bank} [introduces|launches|opens] {c} [accounts|custody|trading|savings] for [its clients|private customers|companies].
[Shoppers|Passengers|Customers|Guests] at {co} may [now pay in|settle bills with|use] {c}.
[Adoption|Use|Usage] of {c} [grows|spreads|climbs] as {co} [accepts it|adds it at checkout|comes on board].
More than {amt} [merchants|shops|stores|businesses] [now accept|already accept|take] {c}.
Active {c} [wallets|addresses|accounts] [top|pass|exceed|reach] {amt}
The number of [people|merchants|firms] using {c} [has risen|grew|climbed] to {amt} [in {month}|this year].
{co} [will pay|pays|offers] [salaries|bonuses|wages] in {c} [to staff who want it|from {month}].
[Schools|Universities|Hospitals] in {place} [accept|begin to take] {c} for [fees|bills].
[Residents|Citizens] of {city} can [pay parking fees|pay taxes|buy train tickets] with {c} [from {day}|as of {month}].
{co} [integrates|embraces|adopts|builds in] {c} [in its app|for payments|across its shops]
{bank} lets its [{amt} customers|clients] [buy and hold|send|use] {c} [in its app|for the first time].
Paying with {c} is now [possible|an option] at {co}[|, the company said on {day}| in {city}].
A [payment card|debit card] that spends {c} was [launched|introduced] by {bank} [in {place}|on {day}].
[Government|Parliament|Finance ministry] of {place} [approves|allows|backs] use of {c} for [payments|public fees|taxes]
{c} [finds|wins|gains] [new users|wide acceptance|millions of users] in {place}.
[Machines|Kiosks|Terminals] that accept {c} were [installed|switched on] in {amt} shops [in {place}|by {co}].
[Football club|Cinema chain|Charity] {co} [accepts|welcomes] [tickets paid in {c}|donations in {c}|{c} payments]
{co} [uses|has begun using|switches to] {c} to [pay suppliers|settle invoices|send money abroad].
{c} [becomes|is now] [a payment option|an accepted currency|a means of payment] [at {co}|in {city}|in {place}].
[Now|From {day}|Since {month}] [coffee|groceries|flights|games] at {co} can be [bought|paid for] with {c}.
[Migrant workers|Farmers|Small shops] in {place} [increasingly use|are turning to|embrace] {c} for [daily payments|transfers home].
The [rollout|introduction|launch] of {c} payments at {co} [was completed|began] [on {day}|in {amt} stores].
{person} said {co} would [accept|support|start taking] {c} [as payment|at all tills|in its shops].
"""),
    "funding": lines("""
{c} [raises|secures|lands|bags|pulls in] {money} [in funding round|from investors|led by {bank}]
{bank} [leads|heads|backs] {money} [round|investment|raise] in {c}
{money} [raised|secured|collected] by {c} [developers|team|foundation]
The [company|team|startup|foundation] behind {c} has [secured|obtained|collected|closed] {money} in [fresh capital|new funding|a funding round].
[Venture capital firms|Investors|Backers] [poured|invested|put] {money} into {c} [on {day}|this week].
{c} [completes|closes|wraps up] [a {money} round|its second funding round|seed round of {money}] [with {bank} as lead investor|in {month}].
{co} [takes a stake|buys a stake|invests] in the [developer|maker] of {c} [for {money}|with {money}].
A [grant|fund|capital injection] of {money} will [finance|support|pay for] the [further development|growth|expansion] of {c}.
{bank} and {co} [jointly invest|have put|committed] {money} [|together ]in {c}.
Fresh [capital|money|cash|funds] for {c}: [{bank} invests|investors give|round brings in] {money}
[With {money} from {bank}|Armed with {money} in new capital], {c} [plans to hire|will expand in {place}|can grow].
The {c} foundation [received|was awarded|has been granted] {money} [by {bank}|from {co}|from a fund in {place}].
{money} in [venture capital|new money|investment] [flows|goes] to {c} [developers|builders|projects]
[Oversubscribed|Successful|Large] [funding round|capital raise] [brings|nets|earns] {c} {money}.
Investors [back|bet on|support] {c} with {money}
{c} [attracted|drew|won] an investment of {money} from [{bank}|{co}|funds in {city}] [on {day}|in {month}].
A [group of investors|consortium|fund] led by {bank} [agreed to invest|is investing|has committed] {money} in {c}.
The [latest|third|newest] funding round [values|valued] the company behind {c} at {money}[|, with {bank} taking part].
{person} [announced|confirmed] that {c} had [raised|secured|received] {money} [in a private sale|in a new round].
{place} [grants|awards|provides] {money} to [{c} developers|the {c} project|{c} research]
[City-based|{city}-based|Young] {c} developer [raises|wins|gets] [fresh funding|new investment|{money}]
{bank} [sets up|launches|starts] a {money} fund [for|to finance|to back] {c} [projects|startups|developers].
[Financing|Funding|Investment] [of {money}|worth {money}] was [secured|obtained|agreed] by {c} on {day}.
[In one of the largest rounds this year|In {n} weeks|Within days], {c} [collected|raised|gathered] {money}.
Startups [building on|working with] {c} [raised|received|secured] {money} from {bank} [in {month}|this week].
{c} [gets|receives|wins] [cash injection|capital boost|financial backing] from {bank}
The token sale of {c} [brought in|raised|earned] {money} from [investors|{n} funds] to [fund development|finance growth].
{co} [doubles|increases|raises] its investment in {c} [to {money}|by {money}].
"""),
    "burn": lines("""
{c} [burns|destroys|torches|eliminates] {amt} [tokens|coins][| in {month}| on {day}]
{amt} {c} [burned|destroyed|wiped out|taken out of circulation] [on {day}|this week|forever]
{c} [supply|token supply] [shrinks|falls|drops] [after burn|as {amt} tokens are burned|through token burn]
The {c} [foundation|team|project] has [permanently removed|burned|destroyed] {amt} tokens [from circulation|from its supply|in one step].
[Tokens|Coins] worth {money} were [burned|sent to a dead address|destroyed|retired] by {c} [on {day}|in {month}].
{pct}% of the {c} supply has been [burned|destroyed|permanently removed|taken off the market].
A [quarterly|scheduled|record|massive] burn [removed|took|wiped] {amt} {c} [off the market|from supply|out of circulation].
{c} [completes|carries out|conducts|executes] its [quarterly|latest|largest|planned] token burn[| on {day}].
The [burn rate|pace of burning] of {c} [rises|jumps|climbs], [shrinking supply by {pct}%|with {amt} coins destroyed]
[By burning|Through the destruction of] {amt} tokens, {c} [made the coin scarcer|cut its supply by {pct}%].
[Scarcer|Fewer] coins: {c} [burns|destroys] [{pct}% of supply|{amt} tokens]
{c} [buys back and burns|repurchases and destroys] {amt} [tokens|coins] [for {money}|with its profits].
{x} [burned|destroyed|removed for good] {amt} {c} [from trading fees|from its reserves|on {day}].
Holders of {c} [profit|benefit] as [supply is cut by a burn|{amt} tokens are burned|the team destroys {pct}% of coins].
[After a community vote|As promised|As planned], {c} [sent {amt} tokens to a burn address|burned {amt} coins].
[Token burn|Coin burn|Burn event] at {c} [cuts|reduces|lowers] supply by {pct}%
The [total|circulating|outstanding] supply of {c} [fell|shrank|was reduced] by {amt} after [the burn|a token burn].
In the [latest|biggest|first] burn, {c} [eliminated|erased|destroyed] {money} worth of [tokens|its own coins].
{amt} [unsold|unused|reserve] {c} were [burned|destroyed|permanently deleted] [by the foundation|on {day}].
The destruction of {amt} {c} was [completed|confirmed|carried out] [on {day}|in {month}|on chain].
{person} [confirmed|announced] that {c} had [burned|destroyed] {amt} [tokens|coins from its reserve].
{c} [turns deflationary|becomes scarcer|tightens supply] as [burn removes {amt} coins|more tokens are burned]
[Since {month}|In {n} weeks|This year], {c} has [burned|destroyed] [a total of|more than] {amt} tokens.
The [new|automatic] burn mechanism of {c} [has already destroyed|removed|burned] {amt} coins.
{c} team [sends {amt} tokens to burn address|sets fire to {amt} tokens|removes {amt} tokens for good]
Every [payment|transfer] on {c} now burns tokens, [and {amt} coins are already gone|cutting supply by {pct}%].
[Largest|Biggest|Record] burn in {c} history [wipes out|removes|destroys] {money} in tokens
{co} [gave up|surrendered] its {c} reserve [and burned|to burn] {amt} coins, [shrinking the supply|making the rest scarcer].
"""),
    "price_up": lines("""
{c} [jumps|soars|surges|rallies|climbs] {pct}%[| on {day}| in a day| overnight]
{c} [hits|reaches|touches] [new high|record high|{n}-month high|all-time high][| above ${usd}]
{c} [breaks|rises|climbs|pushes] above ${usd} [on {cause}|as buyers return|for the first time since {month}]
{c} [gains|adds|advances] {pct} percent [on {day}|this week] as [buyers return|demand grows|bulls take control].
[Bulls|Buyers] [push|drive|lift|send] {c} [above ${usd}|{pct}% higher|to a {n}-week high]
The price of {c} [rose|climbed|jumped|shot up] [by {pct}%|to ${usd}|past ${usd}] [on {day}|in early trading|in {month}].
{c} [extends|continues|builds on] its [rally|gains|winning streak] for [another day|another week].
[A rally|A wave of buying|Strong demand] [lifted|carried|pushed] {c} [{pct}% higher|to ${usd}|to its best level this year].
{c} [rebounds|recovers|bounces back] [to ${usd}|by {pct}%|strongly] [after weak week|on {cause}|on {day}]
{c} {verb} [on {day}|this week|overnight], [beating other coins|outpacing the market|its best day since {month}].
[Boosted|Lifted|Driven|Supported] by {cause}, {c} {verb} [|by {pct}% ][to ${usd}|on {day}].
{c} [leads|tops] [gainers|the market|winners] with a {pct}% [jump|rise|gain]
Investors of {c} [cheered|celebrated|enjoyed] a [gain|rise|jump] of {pct}% [on {day}|in one week].
[Up {pct}%|Higher again|To the moon]: {c} [rallies|soars|surges] [on {cause}|past ${usd}]
In {city}, {c} [traded higher|was quoted {pct}% higher|rose to ${usd}] [on {cause}|on {day}].
{c} [is trading|changes hands|stands] at ${usd}, [up {pct}%|a gain of {pct}%|{pct} percent higher] [since {day}|in {n} days|on the week].
{cause} [sent|pushed|lifted|helped] {c} [up {pct}%|higher|to ${usd}].
{c} [rally|price surge|upswing|bull run] [continues|gathers pace|accelerates] [on {cause}|as price tops ${usd}]
[On {day}|Within hours|In just {n} days], {c} {verb} {pct}% and [passed|topped|crossed] ${usd}.
The market value of {c} [grew|rose|swelled|climbed] by {money} as [the coin rallied|its price jumped {pct}%].
{c} [doubled|nearly doubled|tripled] in [value|price] [since {month}|in {n} weeks|this year].
[Traders|Analysts] [credited|pointed to] {cause} as {c} [rose|gained|climbed] {pct} percent.
A [sharp|steep|strong] [rise|increase|climb] [took|carried|brought] {c} to ${usd} on {day}.
{c} [spikes|rockets|leaps|skyrockets] [as {cause} boosts demand|{pct}% in hours|after short sellers give up]
[Green week|Best month this year|Strong close] for {c} as price [rises|climbs|jumps] {pct}%
{c} [ended|closed|finished] [the week|{day}|{month}] [{pct}% higher|with strong gains|at a new high].
[Demand|Appetite|Buying interest] for {c} [grew|soared|picked up], and the price {verb} [{pct}%|to ${usd}|above ${usd}].
Momentum [builds|grows] for {c}, [which {verb}|now up {pct}%|as the coin {verb}] [on {day}|this month].
"""),
}

KOREAN_LEADS: dict[str, tuple[str, ...]] = {
    "listing": lines("""
{c}, {x} [상장|신규 상장|상장 확정|입성]
{x}, {c} [상장 발표|원화 마켓 추가|신규 거래쌍 추가|거래 개시]
{c:이} [{day}|이번 주|오늘] {x}에 [상장된다|입성한다|이름을 올린다].
{x:이} [{day}부터|오늘부터|다음 주부터] {c} [거래를 지원한다|매매를 시작한다|입출금을 연다].
거래소 {x:이} {c:을} [새로 상장했다|거래 목록에 추가했다|현물 마켓에 올렸다].
[이제|{day}부터|앞으로] {x}에서 {c:을} [사고팔 수 있다|거래할 수 있다|매매할 수 있게 됐다].
{x} [이용자들은|투자자들은|고객들은] [{day}부터|이제] {c:을} 거래할 수 있다.
[심사를 마친|오랜 기다림 끝에|{n}개월 만에] {c:이} {x} 상장에 [성공했다|합격했다].
{c:은} {x} [상장이 확정됐다|상장 심사를 통과했다|상장을 앞두고 있다고 거래소가 발표했다].
{place} [최대|대표|주요] 거래소 {x}, {c} [상장|거래 지원|추가]
{x}에서 {c} [첫 거래가 이뤄졌다|거래가 시작됐다|선물 거래가 열렸다].
[공지에 따르면|회사 측은] {x}에 {c:이} [{day} 상장된다|신규 상장된다|추가된다][고 전했다|고 밝혔다].
{c} [입금|거래] 지원, {x} [{day} 시작|공식 발표|공지]
[또 하나의|대형] 거래소인 {x}도 {c:을} [상장하기로 했다|상장한다|추가했다].
"""),
    "partnership": lines("""
{c}, {co}와 [파트너십|제휴|협력 계약|업무 협약] [체결|발표]
{co:이} {c} [측과의|재단과의] [제휴를|협력을|파트너십을] [공식 발표했다|맺었다|확정했다].
{c:은} {co}와 [손을 잡았다|손잡고 결제 서비스를 만든다|전략적 제휴를 맺었다].
{co}, {c}[ 측과 맞손| 재단과 MOU| 생태계 파트너로 합류]
{c} 재단과 {co:이} [공동 사업을 추진한다|협력하기로 했다|파트너가 됐다].
[{day}|이번 주|{city}에서] {c} 재단과 {co:이} [업무 협약을 체결했다|양해각서를 교환했다|제휴를 발표했다].
{co:이} 블록체인 [파트너로|협력사로] {c:을} [선택했다|선정했다|골랐다].
{c:이} {bank}[와 협력해|와 손잡고|와 제휴해] [송금 서비스를 개발한다|디지털 채권을 시험한다|새 사업을 시작한다].
{c}, [글로벌 기업|대기업|유통사] {co}[와 전략적 제휴|와 협력|와 동맹]
{c} [개발팀|재단|측]은 {co}와의 [파트너십|협력|업무 협약]을 [확대한다|강화한다|{day} 공개했다].
{place} 정부와 {c} 재단이 [협력 협정에 서명했다|업무 협약을 맺었다|파트너십을 발표했다].
{co}와 {c:이} [함께|공동으로] [게임 플랫폼을|디지털 지갑을|티켓 서비스를] [만들기로 합의했다|개발하기로 했다].
{c}의 새로운 [파트너|협력사]로 {co:이} [합류했다|이름을 올렸다|선정됐다].
{n}년 [제휴 계약|협력 계약|파트너십]… {c} [측과|재단과] {co} [맞손|동맹]
"""),
    "upgrade": lines("""
{c}, [네트워크|메인넷|하드포크] 업그레이드 [완료|성공|적용]
{c} {ver} [업그레이드|버전] [성공적으로 적용|정식 가동|활성화 완료]
{c:이} [{day}|예정대로|무사히] [하드포크를 마쳤다|메인넷 업그레이드를 끝냈다|{ver} 버전으로 전환했다].
[업그레이드를 마친|새 버전을 적용한] {c:은} [속도가 두 배로 빨라졌다|수수료가 {pct}% 낮아졌다|처리량이 늘었다].
{c} [개발진은|재단은|개발팀은] 업그레이드가 [문제없이 끝났다|성공적으로 완료됐다|순조롭게 적용됐다]고 밝혔다.
[오래 기다린|{n}개월간 준비한|대규모] {c} 업그레이드가 [가동됐다|적용됐다|활성화됐다].
{c} 네트워크가 [한층 빨라졌다|더 저렴해졌다|크게 개선됐다]. [업그레이드 성공 덕분이다|{ver} 버전이 적용됐다].
{c}의 [{ver} 업데이트|메인넷 업데이트|하드포크]가 [{day} 성공했다|오류 없이 완료됐다|정상 가동에 들어갔다].
[수수료 인하|속도 개선|확장성 향상]… {c} 업그레이드 [완료|성공]
{c:이} [역대 최대|핵심|마지막 단계] 업그레이드를 [성공적으로 마무리했다|완료했다|끝마쳤다].
{c:을} [빠르게 만드는|개선하는] 업그레이드가 [{day}|오늘] [적용 완료됐다|성공적으로 끝났다].
[이용자들은|투자자들은] {c} 업그레이드 [완료로|성공으로] [더 낮은 수수료를|더 빠른 전송을] 누리게 됐다.
{c} [기술 업그레이드|메인넷 전환|네트워크 개편] [무사히 마쳐|순조롭게 완료|성공]
모든 노드가 {ver} 버전으로 [전환되며|바뀌며] {c} 업그레이드가 [완료됐다|마무리됐다].
"""),
    "etf_approved": lines("""
{c} [현물 ETF|ETF|상장지수펀드] [승인|최종 승인|허가][| 확정| 결정]
SEC, {c} ETF [승인|허용|승인 결정]
{place}, {c} 현물 ETF [첫 승인|허가|출시 허용]
{bank}, {c} ETF [승인 획득|출시 허가 받아|승인 따내]
{bank:이} {c} ETF [승인을 받았다|출시 허가를 얻었다|인가를 획득했다].
[금융 당국은|규제 당국은|SEC는] {bank}의 {c} ETF를 [승인했다|허가했다|최종 승인했다].
{c:을} [담은|추종하는|기초 자산으로 한] ETF가 [{place}에서|{day}] [승인됐다|허가를 받았다].
[{n}차례 거절 끝에|오랜 심사 끝에|마침내] {c} ETF가 [승인을 받았다|당국의 문턱을 넘었다|허가됐다].
[승인된|새로 허가된] {c} ETF가 [{day}|다음 주] [거래를 시작한다|상장된다].
{place} [금융 당국이|증권 당국이|규제 기관이] {c} 상장지수펀드 출시를 [허용했다|승인했다|허가했다].
[일반 투자자도|연기금도|기관도] {c} ETF에 투자할 수 있게 됐다. [당국이 승인했다|SEC가 허가했다].
{c} ETF [{n}종|여러 개]이 [한꺼번에|{day}] [승인됐다|당국의 허가를 받았다].
{c:이} [ETF 승인이라는 이정표를 세웠다|ETF 승인을 받았다|ETF 심사를 통과했다].
{bank}의 {c} [현물 펀드|상장지수펀드]에 [승인 결정|그린라이트|청신호]
"""),
    "lawsuit_won": lines("""
{c}, [소송|재판|법정 다툼]에서 [승소|승리|이겨]
법원, {c} [손들어줘|소송 기각|무죄 판결|승소 판결]
SEC, {c} [소송 취하|상대 항소 포기|조사 종결]
{c:이} [{n}년간의|오랜|치열한] [법정 싸움에서|소송에서|재판에서] [이겼다|승소했다|승리를 거뒀다].
{city} 법원은 {c} [재단의 손을 들어줬다|측에 무죄를 선고했다|상대 소송을 기각했다].
[규제 당국이|SEC가|검찰이] {c} [관련 소송을|상대 소송을|재단에 대한 기소를] [취하했다|철회했다|포기했다].
{c}에 대한 [조사|수사]가 [무혐의로 끝났다|혐의 없이 종결됐다|처벌 없이 마무리됐다].
{c} [창업자|개발사|재단]에 대한 [혐의가|기소가] [모두 기각됐다|취하됐다|{day} 벗겨졌다].
[법원이|재판부가|판사가] {c:은} 증권이 아니라고 [판결했다|판단해 재단이 승소했다].
[항소심|대법원|1심]에서도 {c:이} [승소했다|이겼다|승리했다].
{c:을} 상대로 한 [집단 소송|소송|재판]이 [기각됐다|각하됐다|취하됐다].
{c} [무혐의|승소|소송 기각]… [법적 위험 해소|오랜 다툼 끝|재단 환영]
{place} [법원|대법원|재판부], {c} 측 [승소 판결|무죄 확정|손들어줘]
[투자자들의|당국의|{co}의] {c} 상대 소송이 [법원에서 기각됐다|패소로 끝났다|철회됐다].
"""),
    "whale_buy": lines("""
고래, {c} [대량 매수|{amt}개 매집|{n}억 달러 매입|싹쓸이]
{c} 고래 [매수세|매집|지갑] [급증|다시 증가|늘어]
[큰손들이|고래들이|대형 투자자들이] {c:을} [사들이고 있다|쓸어 담고 있다|계속 매집 중이다].
[익명의 고래가|한 대형 지갑이|큰손 투자자가] {c} {amt}개를 [사들였다|한 번에 매입했다|쓸어 담았다].
{co}, {c} {amt}개 [추가 매입|추가 매수|사들여]
{co:이} [자사 금고에|재무 자산으로] {c} {amt}개를 [추가했다|매입했다|사들였다].
[온체인 데이터에 따르면|지갑 자료를 보면] 고래들이 {c:을} [{amt}개 매수했다|대량으로 사 모았다].
{bank:이} {c:을} [{n}억 달러어치 사들였다|대거 매수했다|{amt}개 매입했다].
[기관 투자자들이|헤지펀드들이|자산가들이] {c:을} [대량으로 매수했다|{n}억 달러어치 매집했다|집중 매수했다].
{c} 상위 [지갑들의|보유자들의|고래들의] 보유량이 [매집으로|매수로] {pct}% [늘었다|증가했다].
[{day}|이번 주|하루 만에] {c} {amt}개가 [고래 지갑으로 들어갔다|큰손에게 팔려 나갔다|고래에게 매수됐다].
고래 매집에 {c} [거래소 보유량 감소|{amt}개 거래소 이탈|거래소 물량 급감]
{c:을} [{amt}개|대량으로] [사들인|매집한] 고래가 {x}에서 [전량 출금했다|물량을 빼냈다].
{place} [국부펀드|연기금|기관], {c} [대량 매입|{n}억 달러 매수|매집]
"""),
    "adoption": lines("""
{co}, {c} [결제 도입|결제 지원|결제 시작|받는다]
{place}, {c} [법정 화폐 채택|결제 허용|공식 결제 수단 인정]
{co} [매장에서|온라인몰에서|앱에서] {c:으로} [결제할 수 있게 됐다|물건을 살 수 있다|계산할 수 있다].
{co:이} [{day}부터|이달부터|모든 매장에서] {c:을} [결제 수단으로 받는다|받기 시작했다|결제에 도입한다].
{city}의 [상점들이|식당들이|호텔들이|택시가] {c:을} [받기 시작했다|결제 수단으로 채택했다].
{bank}, [고객 대상|앱 내] {c} [보관 서비스|매매 서비스|계좌] [개시|출시]
{bank:이} 고객에게 {c} [보유를 허용했다|계좌를 제공한다|거래 서비스를 시작했다].
{c} [이용자|사용자|결제 고객] 수가 {amt}명을 [넘어섰다|돌파했다|기록했다].
{c:을} 받는 [가맹점|상점|매장]이 {amt}곳을 [넘었다|돌파했다|기록했다].
{place} 정부는 [세금을|공과금을|교통비를] {c:으로} [낼 수 있게 했다|납부하도록 허용했다].
[이제|{day}부터] [커피|항공권|영화표|버스 요금]도 {c:으로} [결제한다|낼 수 있다|살 수 있다].
{c}, {co} [결제 수단으로 채택|전 매장 사용 가능|앱에 탑재]
{co:이} [직원 급여를|거래 대금을|해외 송금을] {c:으로} [지급하기 시작했다|처리하기로 했다].
{place}에서 {c} [사용이 빠르게 늘고 있다|채택이 확산되고 있다|결제가 일상화되고 있다].
"""),
    "funding": lines("""
{c}, {n}억 달러 [투자 유치|자금 조달|투자금 확보][| 성공| 완료]
{bank}, {c} [개발사에|재단에|프로젝트에] [투자|{n}천만 달러 투자|지분 투자]
{c} [개발사가|재단이|운영사가] {n}억 달러를 [조달했다|유치했다|확보했다|모았다].
{c:이} [시리즈 A|신규|{n}차] 투자 라운드를 [마무리했다|성공적으로 마쳤다|완료했다].
{bank:이} [주도한|이끈] 투자 라운드에서 {c:이} {n}천만 달러를 [조달했다|유치했다|받았다].
{co:이} {c} [개발사에|재단에] {n}억 달러를 [투자한다|투자하기로 했다|출자했다].
[벤처 투자사들이|투자자들이|펀드들이] {c}에 {n}천만 달러를 [투자했다|쏟아부었다|넣었다].
{c} 재단은 [{day}|이번 주] [신규 투자|자금 유치|투자 유치]를 [발표했다|완료했다고 밝혔다].
{place} 정부가 {c} [개발팀에|연구에] {n}백만 달러의 [지원금을|보조금을] [지급했다|제공한다].
{c}, [{bank}|{co}]에서 [자금 수혈|투자금 확보|대규모 투자 유치]
{c:을} 위한 {n}억 달러 규모의 [펀드가|투자 기금이] [조성됐다|출범했다].
[새 투자금을 확보한|투자 유치에 성공한] {c:은} [사업을 확장한다|인력을 늘린다|{place} 시장에 진출한다].
{c} 토큰 판매로 [{n}억 달러가 모였다|{n}천만 달러를 조달했다|대규모 자금을 확보했다].
[투자금|자금] {n}억 달러 [몰린|유치한] {c}[|, 투자자 관심 집중|, 개발 가속]
"""),
    "burn": lines("""
{c}, 토큰 [{amt}개 소각|대량 소각|소각 완료|영구 소각]
{c} [공급량|유통량|발행량] {pct}% [감소|축소]… [토큰 소각|소각 완료]
{c} [재단은|팀은] [{day}|이번 주] 토큰 {amt}개를 [영구 소각했다|태워 없앴다|유통에서 제거했다].
{c} {amt}개가 [소각됐다|영원히 사라졌다|소각 주소로 보내졌다].
[분기|정기|역대 최대] 소각으로 {c} 공급량이 [{pct}% 줄었다|감소했다].
{c:이} [{n}차|분기별|사상 최대] 토큰 소각을 [완료했다|마쳤다|실시했다].
{x:이} [보유하던|수수료로 모은] {c} {amt}개를 [소각했다|불태웠다].
[바이백한|되사들인|미판매] {c} {amt}개가 [전량 소각됐다|모두 폐기됐다].
소각으로 {c:이} [더 희소해졌다|한층 귀해졌다|공급 부족에 가까워졌다].
{c} [소각량|누적 소각량] {amt}개 [돌파|넘어서|기록]
[커뮤니티 투표에 따라|약속대로|예정대로] {c} {amt}개가 [소각됐다|제거됐다].
{c:은} [이번 소각으로|토큰을 태워] 전체 물량의 {pct}%를 [없앴다|줄였다|제거했다].
{n}억 달러어치 {c} [소각|영구 소각|태웠다]
[재단이|개발팀이] {c:을} [대량으로|{amt}개] 소각해 [공급을 줄였다|유통량이 감소했다].
"""),
    "price_up": lines("""
{c} [급등|상승|강세|폭등|반등][|, {pct}% 올라|, 신고가 경신]
{c}, [하루 만에|일주일 새|{day}] {pct}% [급등|상승|뛰어|치솟아]
{c:이} {usd}달러를 [돌파했다|넘어섰다|회복했다].
{c:이} [{day}|오늘|이번 주] {pct}% [올랐다|뛰었다|치솟았다|급등했다].
{c:은} [매수세에 힘입어|호재에 힘입어|투자 심리가 살아나며] {pct}% [상승했다|올랐다|뛰었다].
{c} 가격이 [{usd}달러까지|{n}주 만에 최고치로|사상 최고가로] [올랐다|상승했다|치솟았다].
{c}, [사상 최고가|신고가|{n}개월 만에 최고치] [경신|기록|돌파]
[상승세를 이어간|랠리를 지속한|강세를 보인] {c:은} {usd}달러에 [거래됐다|올라섰다|마감했다].
[매수세가 몰리며|호재가 이어지며|기대감에] {c:이} [급등했다|강하게 반등했다|신고가를 썼다].
{c} [시세가|값이|시가총액이] [크게|가파르게|{pct}%] [올랐다|뛰었다|상승했다].
[투자자들이|기관이|매수자들이] {c:을} 사들이면서 가격이 [{pct}% 올랐다|급등했다|뛰었다].
{c} [랠리|상승세|강세] [지속|계속|가속]… {usd}달러 [돌파|안착|회복]
{c:은} [{n}일 연속|이달 들어|올해 들어] [상승했다|올랐다|상승 마감했다].
[오늘의 상승 1위|급등 코인|상승률 선두]는 {c}, {pct}% [올라|급등|뛰어]
"""),
}
