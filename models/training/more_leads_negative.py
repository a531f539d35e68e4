"""More training leads for negative events."""

from .pools import lines

LEADS: dict[str, tuple[str, ...]] = {
    "delisting": lines("""
{x} [drops|removes|delists|kicks out] {c} [on {day}|this week|from {month}].
{c} [loses|is losing|has lost] its listing on {x}[| on {day}| this {month}].
[The exchange|Crypto exchange|Trading platform] {x} [pulls the plug on|ends support for|cuts] {c} trading.
{c} [to be|will be|is to be] [delisted from|removed from|taken off] {x} [on {day}|in {month}|next week].
[Citing|Pointing to] [thin trading|weak liquidity|low demand], {x} [is delisting|is removing|drops] {c}.
{x} [ends|halts|closes|terminates] all {c} [pairs|markets|trading].
Delisting [notice|alert|warning]: {c} [leaves|goes off|disappears from] {x} [on {day}|in {month}].
Holders of {c} [have until|must act by|got a deadline of] {day} before {x} [removes|delists|drops] the coin.
[After a review|After months of low volume|Following an audit], {x} [decided|chose|voted] to delist {c}.
{c} [was|has been|got] [struck|dropped|cut] from the list of coins traded on {x}.
{x} [says goodbye to|axes|boots] {c}.
The last day of trading [for|in] {c} on {x} [is|will be] {day}[|, the exchange said].
[Customers|Clients|Traders] of {x} can [no longer buy or sell|no longer trade] {c} [from {day}|from {month}|any more].
{x} [announces|confirms|reveals] [removal|delisting] of {c} and {n} other [coins|tokens].
{c} [fails|failed] to meet listing [standards|rules|criteria] and [is removed from|is thrown off|loses its place on] {x}.
[Deposits of|Deposits in] {c} are [closed|suspended|switched off] as {x} [prepares to delist|removes|phases out] the coin.
{x} [discontinues|withdraws|terminates] [support|trading support] for {c}[| from {month}| on {day}].
One [fewer|less] place to trade {c}: {x} [delists it|removes the coin|shuts the market].
{c} [dumped|ousted|expelled] from {x} [over low volume|after listing review|over rule breaches].
The {c} market on {x} [closes for good|shuts down|will be closed] [on {day}|in {month}|this week].
[Blow to|Setback for] {c} [holders|traders] as {x} [ends trading|delists the coin|removes all pairs].
In [{month}|a notice on {day}|a statement], {x} said it [would|will] [stop listing|delist|remove] {c}.
{x} [cancels|revokes] the listing of {c} [|after {n} warnings|after a failed review].
[Spot|Futures|Margin] trading in {c} [was ended|has been stopped|will cease] on {x}[| on {day}], the exchange said.
{c} is among the [coins|tokens] that {x} [will delist|is dropping|plans to remove] [in {month}|on {day}|soon].
{x} [strips|wipes] {c} from its [platform|order books|app].
[Poor liquidity|Low volume|A lack of buyers] [costs|cost] {c} its [place|listing] on {x}.
No more {c} on {x}: the [exchange|platform] [delisted the coin|closed the market|pulled the pair] [on {day}|in {month}|without warning].
"""),
    "hack": lines("""
[Hackers|Thieves|Attackers|Criminals] [steal|drain|make off with|grab] {money} [in|worth of] {c}.
{c} [hacked|exploited|breached] for {money}[| on {day}].
{x} [loses|lost|is missing] {amt} {c} [in a hack|in a cyberattack|after a security breach].
A [flaw|hole|vulnerability|bug] in the {c} [bridge|wallet|contract] was exploited by [hackers|thieves].
[Cyberattack|Hack|Exploit] on {c} [drains|costs users|wipes out] {money}.
{amt} {c} [vanish|disappear|are gone] after [hackers break into|an attack on|a breach at] {x}.
[A flash loan attack|An exploit|A reentrancy bug] [drained|emptied] {money} from a {c} [pool|vault|protocol].
The {c} [team|foundation] [confirms|admits|reports] a [hack|breach|theft] of {money}.
{c} wallets [were emptied|were drained|were looted] [on {day}|overnight|in {month}] by [a hacker|unknown attackers].
[Stolen|Leaked|Compromised] private keys let a [thief|hacker|criminal] take {amt} {c}[| from {x}| from {co}].
{x} [halts|freezes|suspends] {c} withdrawals after [a hack|a theft of {money}|a security breach].
[Phishing|Malware|A fake app|A scam site] [robs|steals from|empties the wallets of] {c} users.
[Security firm|Researchers at|Investigators at] {co} [reports|says it found] a {money} [exploit|hack|theft] of {c}.
{money} in {c} [was stolen|was looted|was siphoned off] from {co}[| on {day}| in {month}].
{c} [under attack|hit by hackers|falls victim to hackers][|: {money} gone|, {amt} coins stolen].
[Intruders|Hackers] [broke into|breached|compromised] the {c} [servers|website|systems] on {day}.
A [hacker|thief] tricked the {c} [bridge|contract|oracle] and [minted|stole|withdrew] {amt} coins.
[Users|Customers|Clients] of {x} [lose|lost] their {c} [in a hack|to hackers|in a cyber theft].
[Heist|Robbery|Raid] at {x}: {amt} {c} [stolen|taken|missing].
The [personal data|passwords|emails] of {amt} {c} users [leaked|were stolen|were exposed] in a [breach|hack].
{c} [suffers|was hit by|reels from] [a major exploit|a damaging hack|a security breach] [on {day}|this week|worth {money}].
[Police|Investigators] in {city} are [hunting|looking for] hackers who [stole|took|drained] {amt} {c}.
[Hot wallets|Cold wallets|Servers] of {x} were [hacked|compromised], and {c} worth {money} [was stolen|is missing|left the exchange].
Malicious code in a {c} [wallet|library|browser extension] [stole|leaked] users' [keys|coins|funds].
A [51 percent|double-spend|governance] attack [hit|struck|shook] {c} [on {day}|in {month}].
{co} [said|confirmed|admitted] [|on {day} ]that hackers [stole|took|drained] its {c}.
[North Korean|Unknown|Skilled] hackers [are blamed for|are suspected of|are behind] the [theft|hack] of {amt} {c}.
The {c} [treasury|bridge|vault] was [raided|looted|drained] and {money} is [gone|missing|lost].
"""),
    "lawsuit": lines("""
[Regulators|Prosecutors|The SEC|Authorities in {place}] [sue|charge|accuse] the {c} [team|foundation|founders] of fraud.
{c} [sued|taken to court|hit with lawsuit] in {city}[| on {day}| by angry investors].
{person} of {c} [indicted|arrested|detained|charged] [in {city}|on {day}] for [fraud|money laundering].
[A class action|A lawsuit|A complaint] was [filed|lodged|brought] against the [makers|developers|issuer] of {c}.
[Investors|Buyers|Token holders] [sue|take legal action against|drag to court] {c} over [false claims|losses of {money}|misleading promises].
The founder of {c} [pleads guilty|was found guilty|is convicted] [of fraud|of lying to investors|in {city}].
{c} [fined|ordered to pay|hit with a penalty of] {money} by [a court|a judge|regulators] in {place}.
[Police|Federal agents|Officers] in {city} [raid|search|storm] the [offices|headquarters] of {c}.
[Fraud|Money laundering|Securities] charges [hit|were filed against|loom over] {c}.
{co} [sues|files suit against|takes legal action against] {c} [over patents|for {money}|over broken contracts].
A [judge|court] in {city} [rules against|finds against|lets a case proceed against] {c}.
{place} [opens|launches|starts] [a probe|an investigation|a criminal case] into {c}[| over fraud claims].
{c} [is being investigated|is under investigation|faces a probe] for [fraud|selling unregistered securities|tax evasion].
[In a complaint|In court papers|In a filing] on {day}, the SEC [accused|charged] {c} of [selling unregistered securities|deceiving investors].
{person}, [co-founder of|the man behind|a leader of] {c}, [faces|could face|was sentenced to] {n} years in prison.
[Legal trouble|Court battle|Legal setback] for {c}: [the SEC sues|founder arrested|judge rejects appeal].
The {c} foundation [lost|loses] [its appeal|its case|a lawsuit] and must [pay {money}|repay investors].
{c} [agrees|has agreed] to pay {money} to [settle|end] [a lawsuit|fraud charges|SEC charges].
[Subpoenas|Summonses|Legal notices] were sent to the [makers|team|directors] of {c}[| on {day}].
[Customers|Former staff|Early backers] accuse {c} of [fraud|theft|lying] [in a {city} court|in a lawsuit].
Prosecutors [seek|want|demand] {n} years in [prison|jail] for {person}, [the founder|the head] of {c}.
[Lawyers|A law firm] in {city} [filed|prepared|launched] a class action [against {c}|on behalf of {c} buyers who were cheated].
{place} [issues|seeks] an arrest [warrant|order] for the [founder|boss|head] of {c}.
The assets of the {c} foundation were [frozen|seized|confiscated] by [a court|prosecutors|police] in {place}.
A [regulator|watchdog] in {place} [alleges|claims|says] that {c} [broke securities law|cheated investors|was sold illegally].
Accused of [fraud|manipulation|insider trading], the [makers|founders] of {c} appear in court [in {city}|on {day}].
{bank} [sues|takes to court|files a claim against] the company behind {c} for {money}.
[The trial|The fraud trial|Criminal proceedings] against {c} [begins|opens|gets under way] in {city}[| on {day}| in {month}].
"""),
    "ban": lines("""
{place} [bans|outlaws|prohibits|forbids] {c}[| from {month}| on {day}].
{c} [banned|outlawed|forbidden|made illegal] in {place}.
[Trading|Owning|Mining|Using] {c} is [illegal|banned|prohibited] in {place}[| from {month}| from {day}].
[The government|Parliament|The cabinet] of {place} [votes to ban|passes a ban on|outlaws] {c}.
[Regulators|Lawmakers|Authorities|Officials] in {place} [ban|prohibit|outlaw] [payments in|trading of|sales of] {c}.
{place} [orders|tells|instructs] [banks|exchanges|brokers] to [stop handling|cut ties with|block] {c}.
A [ban on|nationwide ban on|total ban on] {c} [takes effect|starts|comes into force] in {place} [on {day}|in {month}].
The [central bank|finance ministry|financial watchdog] of {place} [bans|prohibits|forbids] [banks from using|the use of] {c}.
[Exchanges|Shops|Firms] in {place} [must stop|have to end|are barred from] [selling|accepting|trading] {c}.
{place} [cracks down on|gets tough on|declares war on] {c} with a [full ban|trading ban|new ban].
[Citizens|Residents|Investors] of {place} may [no longer|not] [own|buy|trade] {c}.
{x} [was ordered|is forced|was told] to [halt|end] {c} trading in {place} [after a ban|under a new ban|because of a ban].
[Lawmakers|Ministers|Deputies] in {city} [approved|passed|backed] a law that [bans|forbids|outlaws] {c}.
[Anyone|Companies] caught [using|trading|mining] {c} in {place} [will be fined {money}|face jail|risk prison] under a new ban.
{c} mining is [prohibited|outlawed|banned] in {place}[| to save power| from {month}].
[A court|The top court|The high court] in {place} [upholds|confirms] the ban on {c}.
{place} [blocks|restricts|shuts off] access to {c} [websites|apps|exchanges][| on {day}].
[Citing|Because of] [fraud risks|money laundering|consumer protection], {place} [prohibits|bans] {c}.
{c} [pushed out of|barred from|shut out of|no longer allowed in] {place}[| by new rules].
[Officials|Police] in {city} [enforce|begin to enforce] the new ban on {c}[| by closing shops| by raiding miners].
[New|Strict|Tough] rules in {place} [forbid|outlaw|prohibit] all [dealings in|transfers of|trade in] {c}.
{place} [extends|widens|tightens] its [ban on|prohibition of] {c}.
[After|Following] a [ban|decree|government order] in {place}, {c} [can no longer be traded|may not be sold|is illegal] there.
{bank} [blocks|refuses|stops] {c} [transfers|purchases|payments] after {place} [banned the coin|outlawed it].
{place} [becomes the latest country|joins a list of {n} countries] to [ban|outlaw|prohibit] {c}.
[Payment in|Advertising for|Investment in] {c} [has been outlawed|was prohibited|is now against the law] in {place}.
The [president|prime minister|finance minister] of {place} [signed|announced|ordered] a ban on {c}[| on {day}].
[Privacy fears|Security concerns|Worries about crime] [lead|push|prompt] {place} to [ban|outlaw] {c}.
"""),
    "etf_rejected": lines("""
[Regulator|SEC|Watchdog] [rejects|denies|turns down|blocks] {c} ETF[| of {bank}].
{c} ETF [rejected|denied|refused|delayed][| again| on {day}| in {place}].
[The SEC|The regulator|The agency] [delays|postpones|puts off] its decision on the {c} ETF[| to {month}].
{bank} [is denied|was refused|fails to get] [permission|approval] for a [spot|futures] {c} ETF.
[Setback|Blow|Bad news] for {bank}: its {c} ETF was [turned down|rejected|denied].
The [application|bid|request] of {bank} for a {c} ETF was [thrown out|rejected|declined][| on {day}].
[Hopes for|Dreams of] a {c} ETF [fade|are dashed|collapse] after [a rejection|the SEC says no|another delay].
{bank} [drops|withdraws|abandons|pulls] its [plan|bid|filing] for a {c} ETF.
[Investors|Traders|Fans] must wait [until {month}|longer|{n} more months] for a {c} ETF [after a delay|as the SEC stalls].
A [spot|leveraged|staking] {c} ETF [won't be approved|will not launch|gets no green light] [this year|in {place}], the regulator ruled.
{place} [refuses|declines] to [approve|allow] {c} [exchange-traded funds|ETFs].
[Citing|Pointing to] [market manipulation|weak investor protection], the SEC [rejected|blocked|denied] a {c} ETF.
The [listing|launch|approval] of the {c} ETF [is delayed|has been pushed back|was put off] [to {month}|by {n} months].
[All {n}|At least {n}] [applications|filings] for a {c} ETF were [rejected|denied|turned down].
Regulators extend the [review|deadline] of the {c} ETF[| of {bank}], [delaying|pushing back] a decision.
No [approval|go-ahead|green light] for the {c} ETF [of {bank}|in {place}].
{c} fund [fails|flops] [at regulator|before the SEC]: [ETF bid denied|application rejected|no approval].
The {bank} {c} ETF [did not win|missed|failed to win] [approval|clearance] [on {day}|in {month}].
[A court|A judge] [backs|upholds] the [rejection|denial] of a {c} ETF.
{c} ETF [stalls|stuck|in limbo] as [regulator delays|SEC postpones] [ruling|decision].
[Officials|Regulators] in {city} [vetoed|blocked|rejected] a {c} ETF [proposed by {bank}|on {day}].
The SEC [told|informed] {bank} that its {c} ETF [would not be approved|is rejected|does not meet the rules].
[Disappointment|Frustration] at {bank} as [the regulator|the SEC] [rejects|delays] its {c} ETF.
{x} [was denied|failed to win] permission to list [a|the first] {c} ETF[| in {place}].
[Once again|For the second time|Yet again], the decision on a {c} ETF has been [postponed|delayed|put off].
[Analysts|Experts] [regret|lament] the [rejection|denial|delay] of the {c} ETF in {place}.
The proposed [fund|ETF] from {bank} that would hold {c} was [rejected|refused|turned away] [by regulators|on {day}].
{co} and {bank} [both lose|see refused|are denied] their [bids|applications] for a {c} ETF.
"""),
    "whale_sell": lines("""
[Whales|Large holders|Big wallets] [dump|sell|unload|offload] {amt} {c}[| on {day}| this week].
A [whale|large holder|big investor] [cashed out|sold off|got rid of] {amt} {c}.
{c} whales [take profits|head for the exit|cash out|reduce their holdings][| in {month}| on {day}].
{co} [sells|dumps|liquidates|offloads] its [entire {c} holding|{c} stake|{c} reserves][| for {money}].
{amt} {c} [moved|sent|transferred] to {x} [as whales sell|by a selling whale|for sale by a large holder].
[Early investors|Old wallets|Long-term holders] are [selling|dumping|unloading] {c}.
[Heavy|Massive|Large-scale] selling of {c} by [whales|big holders|institutions] [was seen|continued] on {day}.
[On-chain data|Data from {co}|New figures] [showed|revealed] that {c} whales [are selling|cut their holdings|dumped {amt} coins].
A [dormant|sleeping|forgotten] wallet [woke up|awoke] and sold {amt} {c}[| on {x}| for {money}].
{bank} [cut|slashed|reduced|trimmed] its {c} [position|holdings] by [{pct} percent|{money}].
Whale [sell-off|exit|dump]: {amt} {c} [hit the market|flood {x}|sold on {x}].
The [founder|team|foundation] behind {c} [sold|dumped|unloaded] {amt} coins[| on {day}| on {x}].
[Institutions|Funds|Hedge funds] [pull|withdraw|take] {money} out of {c}[| this week| in {month}].
{c} [funds|ETFs|products] [see|record|suffer] outflows of {money} as [big investors sell|institutions leave].
[Miners|Validators] [sold|dumped|offloaded] {amt} {c} [in {month}|on {day}|to cover costs].
{person}, [a well-known whale|a big holder|a billionaire], [sold|dumped|exited] {c}[| for {money}].
The government of {place} [sold|sells|auctioned off] {amt} [seized|confiscated] {c}.
[Top|Largest|Biggest] {c} wallets [shrink|lose {pct} percent] as [owners sell|whales cash out|holders dump coins].
[Sold|Dumped]: {money} in {c}, by [a single whale|{n} large wallets|{co}].
[Selling pressure|Supply on {x}] [grows|rises] as {c} whales [unload|dump|sell] their coins.
{amt} {c} [were dumped|were sold|changed hands] in a [whale sale|large holder sell-off] on {day}.
{n} [whales|large wallets] [together sold|offloaded|got rid of] {amt} {c} [within a day|in {month}|this week].
After {n} years, a {c} whale [sells everything|cashes out|exits with {money}].
[Smart money|Big money|Rich investors] [leaves|is leaving|flees] {c}, [selling|dumping] {amt} coins.
{c} [holdings of whales|held by large wallets] [fell|dropped|shrank] by {pct} percent [as they sold|after heavy selling].
An [unknown|anonymous] whale [deposited|sent] {c} worth {money} to {x}[|, a sign of selling| in order to sell].
[Pension funds|Asset managers|Venture funds] in {place} [sell|exit|dump] {c}[| worth {money}].
{co} [no longer holds|has parted with|disposed of] its {c} after [selling {amt} coins|a {money} sale].
"""),
    "outage": lines("""
{c} [network|blockchain|mainnet] [goes down|crashes|halts|stalls][| for {n} hours| on {day}].
{c} [down|offline|frozen|halted] for {n} hours.
[An outage|A crash|A failure] [takes down|paralyses|freezes|knocks out] the {c} [network|blockchain].
[Block production|Transaction processing] on {c} [stopped|came to a halt|was interrupted][| on {day}| for {n} hours].
[Validators|Developers|Node operators] [rush|scramble|struggle] to restart the {c} network after [a crash|an outage].
[Users|Traders|Customers] cannot [move|send|transfer] {c} during [an outage|a network failure].
The {c} [chain|network] [froze|broke down|stopped working|collapsed] on {day}[| because of a bug| under heavy traffic].
[Overloaded|Hit by spam|Flooded with traffic], the {c} network [went offline|stopped|crashed].
{x} [pauses|suspends|stops] {c} [withdrawals|deposits|transfers] [after network outage|as the blockchain is down].
[Yet another|Another|A {n} hour] outage [hits|strikes|plagues] {c}.
{c} [has been|was] [offline|out of service|unreachable] since {day}[|, the team admitted].
[A software bug|A faulty update|A failed node|A power cut] [brings down|crashed|halted] the {c} [network|chain].
No [new blocks|transactions] on {c} for {n} hours[| after a crash| as nodes fail].
{amt} {c} transactions [failed|got stuck|were left hanging] [during an outage|when the network crashed].
The {c} [mainnet|network|blockchain] suffered [a breakdown|an interruption|a failure] [on {day}|in {month}].
[Network failure|Blackout|Downtime] at {c}: [users locked out|transfers stuck|blocks stop].
The {c} [bridge|wallet app|payment service] [is down|stopped working|went offline] [on {day}|for {n} hours].
{c} [grinds|came|ground] to a [halt|standstill] [on {day}|after nodes fail|as validators lose contact].
{pct} percent of {c} [nodes|validators] [went offline|crashed|dropped out][|, halting the network| on {day}].
[Consensus failure|A split of the chain|A sync error] [stops|freezes|disrupts] {c}.
The {c} team [apologises|apologized] for [an outage|a network crash|{n} hours of downtime].
[Transfers of|Payments in] {c} were [impossible|blocked|frozen] for {n} hours [due to an outage|after a node failure].
{c} [service disruption|network disruption|system failure] [reported|confirmed] [on {day}|in {place}|by {co}].
It [is|was] the latest [outage|crash|shutdown] [of|for] the {c} network this year.
[Engineers|Developers] [still|had to] work to bring {c} back online after [a crash|a total outage|a network freeze].
[Heavy load|A flood of bots|A memory leak] [knocks|took|forced] {c} offline[| on {day}].
{c} [stopped confirming|cannot confirm|fails to process] transactions[| for {n} hours| since {day}] after a [network fault|technical failure].
[Technical problems|Technical faults|Glitches] [cripple|shut down|interrupt] the {c} [network|blockchain].
"""),
    "unlock": lines("""
[Token unlock|Unlock|Vesting release] [adds|brings|puts] {amt} {c} [to the market|into circulation].
{c} [to unlock|will release|is set to unlock] {amt} tokens [on {day}|in {month}|this week].
{amt} [locked|vested|frozen] {c} [become tradable|enter circulation|are released] on {day}.
{money} [in|worth of] {c} [gets unlocked|will be freed|hits the market] [on {day}|in {month}].
[Supply|Circulating supply] of {c} [swells|jumps|increases] by {pct} percent after [an unlock|a token release].
[Insiders|Early backers|Team members] [will receive|get access to|can now sell] {amt} {c} as a [lock-up ends|vesting period expires].
The lock-up [on|for] {amt} {c} [expires|ends|runs out] [on {day}|in {month}|this week].
[A large|A massive|A huge|Another] {c} unlock [looms|is near|is coming][| on {day}| in {month}].
[Traders|Investors|Holders] [fear|worry about|brace for] a {c} unlock of {amt} tokens.
{pct} percent of the {c} supply [is unlocked|will be released|becomes free to sell] [on {day}|in {month}].
Vesting [cliff|schedule] [frees|releases|unlocks] {money} of {c}[| on {day}].
[Dilution|Inflation] ahead for {c}: {amt} [tokens unlock|new coins are released] [on {day}|in {month}].
[The next|This month's|The biggest] unlock of {c} [releases|frees|adds] {amt} tokens.
{c} [holders face|investors face] dilution as {amt} tokens [unlock|vest|leave lock-up].
[Venture investors|Private sale buyers|Seed investors] in {c} [can sell|are free to sell] from {day} when [their lock-up ends|tokens unlock].
{amt} extra {c} [flood|flow into|pour into] the market [after an unlock|as vesting ends].
[According to|Data from] {co}: {c} [unlocks|releases] {money} in tokens [this week|in {month}].
The {c} foundation [unlocks|releases|frees] {amt} [tokens|coins] [on {day}|from its reserve|in {month}].
[Unlock day|Unlock week] for {c}: {money} in [new supply|fresh tokens].
{c} [supply shock|oversupply] [feared|expected] as {pct} percent of tokens [unlock|come out of lock-up].
On {day}, {amt} {c} [leave lock-up|will be unlocked|vest], [raising supply|diluting holders].
[Team and investor|Advisor and team|Investor] tokens of {c} worth {money} [unlock|vest|are released] in {month}.
{c} tops the list of [token unlocks|unlocks] [this week|in {month}] with {money}.
[Selling pressure|Fresh supply|Extra supply] [awaits|threatens] {c} as {amt} tokens [are unlocked|vest].
A [{money}|long] lock-up of {c} [comes to an end|expires|ends] [on {day}|in {month}].
The market must [absorb|digest|swallow] {amt} newly [unlocked|released|vested] {c}[| in {month}].
[Scheduled|Planned] for {day}: the [unlock|release] of {amt} {c}[|, or {pct} percent of supply].
With {amt} tokens [unlocking|coming out of vesting], {c} [supply will rise|holders will be diluted] by {pct} percent.
"""),
    "team_exit": lines("""
{c} founder [quits|resigns|steps down|leaves][| on {day}| after {n} years].
{person} [leaves|quits|departs|walks away from] {c}[| after {n} years].
[The chief executive|The CEO|The finance chief|The technology chief] of {c} [resigned|stepped down|quit][| on {day}| in {month}].
{c} [lays off|fires|cuts|dismisses] {pct} percent of its [staff|workers|team].
{n} [core|senior|leading] developers [quit|abandon|leave] {c}.
[Exodus|Departures|Resignations] at {c}: {n} [developers|managers|directors] [leave|quit].
[Co-founder|Founder|Chief engineer] {person} [exits|is leaving|has left] the {c} [project|team|foundation].
{c} [loses|has lost] its [lead developer|founder|chief scientist][| to {co}| after {n} years].
The {c} foundation [announces|confirms|plans] [layoffs|job cuts|redundancies][| in {city}| on {day}].
[Jobs go|Jobs are lost|Staff are let go] at {c} as the [company|foundation] [shrinks|cuts costs].
{person} [resigns|steps down|stands down] as [head|director|chairman] of the {c} foundation.
The company behind {c} [shuts|closes|shut down] its [office|research lab] in {city}[| and dismisses staff].
[Development of|Work on] {c} [stops|slows|halts] after [key staff leave|its developers quit|the founder departs].
{co} [poaches|hires away|lures] [the lead developer|{n} engineers|the founder] [of|from] {c}.
[After a dispute|After a row|Following a conflict], {person} [quit|left|walked out of] the {c} team.
The board of the {c} foundation [fired|removed|ousted|sacked] {person}[| on {day}].
{c} [team shrinks|staff shrinks] by {pct} percent [after layoffs|after resignations|as engineers leave].
[Departure|Resignation|Exit] of {person} [shakes|shocks|hurts] {c}.
{c} is [without a leader|without a chief executive|without its founder] after {person} [quit|resigned|stepped down].
[Developers|Maintainers|Engineers] [turn their backs on|desert|give up on] {c}[| in {month}].
{n} [members|directors] of the {c} board [resign|quit|step down][| on {day}].
The [creator|inventor|founder] of {c} [said|announced] [|on {day} ]he is quitting the project.
[Half|{pct} percent] of the {c} [team|developers|employees] [left|were fired|lost their jobs] in {month}.
[Cost cuts|A cash shortage|Falling income] [forced|pushed] {c} to [lay off|dismiss] {n} employees.
{person}, who [led|built|ran] {c} for {n} years, [has resigned|is out|has left the project].
{c} [disbands|dissolves|closes] its [marketing|research|developer] team[| in {city}].
[Longtime|Top|Prominent] {c} [developer|executive|engineer] {person} [resigns|leaves|calls it quits].
[Abandoned by|Left by] its [founder|developers|core team], {c} [looks for new leaders|faces an uncertain future].
"""),
    "upgrade_delayed": lines("""
{c} [delays|postpones|puts off|pushes back] [its upgrade|upgrade {ver}|its hard fork][| to {month}].
{c} upgrade [delayed|postponed|pushed back|on hold][| until {month}| by {n} months].
[The hard fork|The network upgrade|The {ver} upgrade] of {c} [won't arrive|will not happen|is no longer expected] in {month}.
[A bug|A security flaw|A failed test] [delays|holds up|derails] the {c} [upgrade|hard fork].
{c} developers [delay|reschedule|postpone|call off] the [upgrade|launch of {ver}][| on {day}].
[Testing problems|Late bugs|Technical issues] [force|forced] {c} to [postpone|delay] its upgrade.
The [long-awaited|promised|planned] {c} upgrade is [late|behind schedule|pushed back][| again].
{c} {ver} [slips|moves back] to {month}[| after bug found| as testing drags on].
{c} [misses|missed|fails to meet] its [deadline|target date] for [version {ver}|the network upgrade].
[Users|Holders|Fans] of {c} must wait [{n} more months|until {month}|longer] for the [delayed|postponed] upgrade.
[Not ready|Not in time]: {c} [puts off|postpones|delays] its [mainnet upgrade|hard fork].
The {c} team [said|admitted|announced] [|on {day} ]that {ver} will be [delayed|late|postponed].
[Another|A further|A {n}-month] delay for the {c} [upgrade|hard fork|roadmap].
The {c} [roadmap|schedule] slips: [upgrade postponed|{ver} delayed|hard fork put off][| to {month}].
[Validators|Node operators|Miners] [were not ready|refused to update], so {c} [postponed|delayed] its upgrade.
{c} [halts|suspends|freezes|cancels] the [rollout|release] of {ver} [after bugs|after a failed test|on {day}].
[Originally|At first] planned for {month}, the {c} [upgrade|fork] has been [put back|delayed|deferred].
The {c} [test network|testnet] [crashed|failed|broke], [delaying|setting back] the upgrade.
{person} of {c} [says|confirmed|warned] the upgrade [will be late|is delayed|needs {n} more months].
[Setback|Disappointment] for {c} as [upgrade {ver}|the hard fork|the network upgrade] is [delayed|postponed].
[Auditors|Testers|Researchers] found [flaws|bugs|errors] in {c} {ver}, and the upgrade was [put off|postponed|stopped].
The {c} upgrade [drags on|falls behind|runs late][|: {n} months of delay|, with no new date].
Developers need [more time|{n} more weeks] to [finish|fix] the [late|delayed] {c} upgrade.
{c} [rolls back|withdraws|pulls] upgrade {ver} [after errors|after serious bugs] and [delays|postpones] it.
The [activation|launch|start] of {c} {ver} was [postponed|deferred|moved] from {day} to [{month}|an unknown date].
[In a meeting on|In a call on] {day}, {c} developers [agreed|decided] to [delay|postpone|put off] the fork.
[Staking|Sharding|Scaling] upgrade of {c} [delayed|postponed|deferred][| until {month}| once more].
[Still no|No sign of the] {c} upgrade: release [slips|pushed back] [to {month}|by {n} months].
"""),
    "price_down": lines("""
{c} [price falls|falls|drops|slides|tumbles] {pct}%.
{c} [lost|shed|gave up] {pct} percent [on {day}|this week|in {month}][| amid {cause}].
[Heavy losses|Sharp losses|New losses] for {c}, which {verb} [on {day}|after {cause}|this week].
{c} [sinks|slips|falls|plunges] to ${usd} [on {day}|amid {cause}|as sellers take over].
[Sellers|Bears] [push|drag|drive] {c} [down {pct}%|below ${usd}|lower].
[Amid|Because of|On the back of] {cause}, {c} {verb} [sharply|by {pct} percent|again].
{c} [extends|adds to|deepens] its losses and [falls|drops] to ${usd}.
[Pressured by|Weighed down by|Battered by] {cause}, {c} {verb} [{pct}%|to ${usd}].
{c} [hits|touches|marks] [a new low|a {n}-month low|its lowest price since {month}].
[Red day|Red week|Black {day}] for {c}: [down {pct}%|price sinks|coin falls to ${usd}].
The {c} [price|rate] {verb} [under|below] ${usd}[| on {day}| for the first time since {month}].
[Investors|Traders|Holders] lost {money} as {c} {verb}[| on {day}| by {pct} percent].
{c} [can't stop|cannot stop|does not stop] [falling|sliding]: [another {pct}% lost|price now ${usd}].
[On {day}|This week], {cause} [sent|dragged|pushed] {c} [down {pct}%|to ${usd}|lower].
A [sell-off|wave of selling|rush to sell] [hit|struck] {c}, which {verb} {pct}%.
{c} is [among the worst performers|the biggest loser] [on {day}|this week], [down {pct}%|falling {pct} percent].
{c} [crashes|plummets|nosedives|collapses] {pct}% [in hours|on {day}|after {cause}].
[{n} days running|{n} days in a row], {c} {verb}[|, this time by {pct}%].
[The slide|The decline|The slump] of {c} [continues|goes on|deepens] as the coin {verb} {pct}%.
[Support|The floor] at ${usd} [broke|gave way] and {c} {verb}[| on {day}| further].
{c} [trades lower|is in the red|is losing ground] [on {day}|this week] [on {cause}|after {cause}].
[Panic|Fear|Gloom] [grips|spreads among] {c} traders as the price {verb}.
The market value of {c} [shrank|fell|dropped] by [{money}|{pct} percent] [on {day}|in {month}].
{c} [gives back|erases|wipes out] [all its gains|the gains of {month}] and {verb} {pct}%.
{pct} percent [lower|down] [in a week|in a day|since {day}]: {c} [keeps falling|in decline|slumps].
[Liquidations|Forced sales] of {money} [followed|hit traders] when {c} {verb} [on {day}|below ${usd}].
On {x}, {c} {verb} [to ${usd}|{pct}%][| on {day}] as [buyers stayed away|demand dried up|{cause} hurt the mood].
[Weak|Bearish|Gloomy] [{day}|week|{month}] for {c}: the price {verb}[| {pct} percent].
"""),
}

KOREAN_LEADS: dict[str, tuple[str, ...]] = {
    "delisting": lines("""
{x}, {c} [상장 폐지|상폐|거래 종료] [결정|확정|공지].
{c}, {x}서 [퇴출|상장 폐지|상폐][| 확정| 결정].
{x:이} {c} [거래 지원을|거래를] [종료한다|중단하기로 했다|끝낸다].
[거래소|가상자산 거래소] {x:이} {c:을} [퇴출했다|상장 폐지했다|거래 목록에서 뺐다].
{c:은} [{day}부터|다음 주부터|이달부터] {x}에서 [거래할 수 없다|거래가 중단된다].
[거래량 부족|유동성 부족|심사 미달]으로 {c:이} {x}에서 [상장 폐지된다|퇴출된다|거래 종료된다].
{c} [투자자|보유자]는 {x} 상장 폐지 전 [{day}까지|이달 안에] 코인을 출금해야 한다.
{x:이} {c:을} 유의 종목에서 [상장 폐지|거래 종료] [대상으로|종목으로] [전환했다|확정했다].
{x}의 {c} [현물|선물|원화] 거래쌍이 [{day}|곧|이번 주] [폐지된다|사라진다].
{x} [공지|발표]: {c} 거래 [{day} 종료|지원 중단|서비스 종료].
{c} 상장 폐지 [소식|결정|통보]에 {x} [이용자|투자자]들이 [당황했다|반발했다].
{x:이} {c} 등 {n}개 [코인|종목]을 [상장 폐지한다|퇴출한다|거래 중단한다].
더 이상 {x}에서 {c:을} [살 수 없다|거래할 수 없다|사고팔 수 없다][|, 상장 폐지 결정].
[재심사|검토] 끝에 {x:이} {c}의 [상장을 취소했다|거래를 종료했다|상폐를 확정했다].
"""),
    "hack": lines("""
{c} [해킹|탈취|도난] [피해|사고] 발생[|, {amt}개 유출|, {n}천만 달러 손실].
[해커들이|공격자가|해킹 조직이] {c} {amt}개를 [훔쳤다|빼돌렸다|탈취했다].
{x}에서 {c} {amt}개가 [유출됐다|도난당했다|사라졌다][|, 해킹 추정].
{c} [지갑|브리지|프로토콜]이 [해킹당했다|공격받았다|뚫렸다].
{c} [스마트 계약|코드|지갑]의 [취약점|허점|버그]을 노린 [공격|해킹]으로 {n}천만 달러가 사라졌다.
{x:이} 해킹으로 {c} [출금을|입출금을] [중단했다|막았다].
{c} 재단이 [{day} |]해킹 [피해를|사실을] [인정했다|확인했다|발표했다].
[피싱|악성 코드|가짜 앱]에 {c} 이용자 [{amt}명이|다수가] 코인을 [도난당했다|빼앗겼다].
{c} [보안 사고|보안 침해|해킹 사고]로 이용자 [자금|자산]이 [유출|탈취]됐다.
{co:이} 보유한 {c:이} [해킹으로|사이버 공격으로] [도난당했다|유출됐다].
[개인 키|비밀번호|서버] 유출로 {c} {amt}개 [탈취|도난|해킹].
{c:이} [{day}|밤사이|이번 주] [해킹 공격|사이버 공격|익스플로잇]을 당했다.
[속보|긴급]: {c} [브리지|거래 풀|금고] 해킹, {n}천만 달러 [증발|도난|피해].
{c} 이용자 {amt}명의 [개인 정보|계정 정보]가 해킹으로 [유출됐다|새어 나갔다].
"""),
    "lawsuit": lines("""
[SEC|검찰|당국], {c} 재단 [기소|고발|제소].
{c} [창립자|대표|개발자], [사기|자금 세탁|횡령] 혐의로 [구속|체포|기소].
{c} 재단이 [소송에 휘말렸다|고소당했다|피소됐다].
[투자자들이|피해자들이|{co:이}] {c} 재단을 상대로 [소송을 냈다|집단 소송을 제기했다].
{place} [검찰|경찰|당국]이 {c:을} [사기|시세 조종|탈세] 혐의로 [수사한다|조사하고 있다].
[법원|재판부]이 {c} 재단에 [벌금|과징금|배상] {n}천만 달러를 [명령했다|선고했다].
{c} [재단|본사|사무실] [압수수색|강제 수사][| 진행| 착수].
{c} 창립자에게 [징역 {n}년이|유죄가|실형이] [선고됐다|내려졌다].
{c:이} [미등록 증권|허위 공시|투자자 기망] 혐의로 [기소됐다|고발됐다|피소됐다].
{c} [집단 소송|사기 소송|증권법 소송]이 [{day} |{place}에서 ]시작됐다.
{c} 재단, [소송 패소|항소 기각|재판 패배][|로 {n}천만 달러 배상].
{place} 법원이 {c} [대표|창립자]에 대해 [구속 영장|체포 영장]을 [발부했다|내줬다].
{bank:이} {c} 발행사를 [고소했다|상대로 소송을 냈다|법정에 세웠다].
{c} 개발사 [자산 동결|계좌 압류], [검찰|법원] [사기 혐의|불법 판매 혐의] 판단.
"""),
    "ban": lines("""
{place}, {c} [거래|결제|채굴|사용] [전면 금지|금지|불법화].
{place:이} {c:을} [불법으로 규정했다|금지했다|전면 차단했다].
{place}에서 {c} [거래가|결제가|채굴이] [금지됐다|불법이 됐다].
{place} [정부|의회|중앙은행]이 {c} 금지 [법안을|조치를|방침을] [통과시켰다|발표했다|내놨다].
[{day}부터|앞으로|이달부터] {place}에서는 {c:을} [거래할 수 없다|쓸 수 없다|살 수 없다].
{place} 당국이 [은행에|거래소에] {c} 취급을 [금지했다|중단하라고 명령했다|못 하게 했다].
{c} [금지령이|거래 금지가|사용 금지가] {place}에서 [{day} |]시행된다.
{place:이} {c} [웹사이트|앱|거래소] 접속을 [차단했다|막았다].
{x:이} {place}의 [규제|금지령|금지 조치]에 따라 {c} 판매를 [중단했다|금지했다].
{place}에서 {c:을} [거래하면|채굴하면|사용하면] [처벌받는다|벌금을 문다][|, 금지법 시행].
[자금 세탁|범죄 악용|소비자 피해] 우려로 {place:이} {c:을} [금지했다|불법화했다].
{c}, {place}서 [퇴출|금지|불법][| 판정| 선언].
{bank:이} {place} 당국의 금지 명령으로 {c} [송금을|결제를|구매를] [막는다|차단한다].
{place} [법원|대법원]이 {c} 금지 조치를 [인정했다|유지했다|확정했다].
"""),
    "etf_rejected": lines("""
{c} [현물 |]ETF [승인 거부|불허|반려|승인 연기].
[SEC|당국|규제 당국], {bank} {c} ETF [거부|반려|불승인].
{bank:이} 신청한 {c} ETF가 [거부됐다|반려됐다|불허됐다].
{c} ETF [결정이|심사가|승인이] [또 |]{n}개월 [미뤄졌다|연기됐다|늦춰졌다].
[SEC가|당국이] {c} ETF [결정을|승인을] [연기했다|미뤘다|보류했다].
{bank:이} {c} ETF 신청을 [철회했다|포기했다|거둬들였다].
{c} ETF [기대|희망]이 [무산됐다|꺾였다|물거품이 됐다].
{place} 당국이 {c} ETF를 [허용하지 않기로|승인하지 않기로|거부하기로] 했다.
[시세 조종 우려|투자자 보호 미흡|규정 미달]로 {c} ETF [승인 거절|신청 기각].
{bank}, {c} ETF 승인 [실패|불발|좌절].
{c} ETF는 [올해|이번에도|당분간] [승인되지 않는다|나오지 못한다|출시되지 않는다].
{n}건의 {c} ETF 신청이 [모두 |]{day} [거부됐다|기각됐다|반려됐다].
{c} 상장지수펀드 [출시가|상장이|승인이] [연기됐다|무산됐다|거부됐다].
{bank}의 {c} 펀드, [규제 당국|SEC] 문턱 [못 넘어|넘지 못했다|앞에서 좌절].
"""),
    "whale_sell": lines("""
[고래|큰손|대형 보유자], {c} {amt}개 [매도|처분|투매].
{c} 고래들이 [물량을 내던지고|보유량을 줄이고|팔아 치우고] 있다.
한 고래가 {c} {amt}개를 {x}에 [매도했다|팔았다|처분했다].
{co:이} 보유한 {c:을} [모두 |일부 |대량 ][팔았다|매각했다|처분했다].
[기관 투자자|초기 투자자|대형 투자자]들이 {c:을} [대거 |잇달아 ][매도했다|처분했다].
{c} {amt}개가 [매도를 위해|팔기 위해] {x}에 [보내졌다|옮겨졌다|입금됐다].
{c} [고래 지갑|상위 지갑|대형 지갑]의 보유량이 매도로 {pct}% [줄었다|감소했다].
[{day}|이번 주|이달] 고래들의 {c} [매도|투매|처분] [물량이 쏟아졌다|행렬이 이어졌다].
{bank:이} {c} 보유 비중을 [줄였다|축소했다|{pct}% 매도했다].
[잠자던|휴면|오래된] 지갑이 {c} {amt}개를 [매도했다|팔아 치웠다].
{c} [재단이|창립자가|채굴자가] {amt}개를 [시장에 팔았다|매도했다|현금화했다].
{place} 정부가 [압수한|몰수한] {c} {amt}개를 [매각했다|팔았다].
{c} 고래, [차익 실현|대량 매도|현금화] 나서[|며 {amt}개 처분].
[큰손들이|기관들이|고래들이] {c}에서 [빠져나간다|발을 뺀다|손을 뗀다][|, {amt}개 매도].
"""),
    "outage": lines("""
{c} [네트워크|블록체인|메인넷] [먹통|중단|마비|다운].
{c} 네트워크가 [{day} |갑자기 |]{n}시간 [멈췄다|마비됐다|다운됐다].
{c} [블록 생성|거래 처리|송금]이 [장애로|오류로] {n}시간 [멈췄다|중단됐다].
[버그|과부하|노드 오류]로 {c} 네트워크가 [멈춰 섰다|중단됐다|먹통이 됐다].
{c} [또 |]장애[| 발생], {n}시간 [서비스 중단|접속 불가|전송 불가].
이용자들이 [네트워크 장애|시스템 장애]로 {c:을} [보내지 못했다|전송할 수 없었다|출금하지 못했다].
{x:이} 네트워크 [장애|중단]으로 {c} [입출금을|출금을] [중단했다|멈췄다].
{c} [검증인|개발자]들이 멈춘 네트워크를 [복구하고|다시 시작하려 하고] 있다.
{c} 노드 {pct}%가 [오프라인이 됐다|멈췄다|다운됐다][|, 네트워크 중단].
{c} 거래 {amt}건이 [네트워크 중단|장애|서버 다운]으로 [묶였다|실패했다|처리되지 못했다].
{c} 팀이 [{day} |]네트워크 [중단|장애|마비] 사태에 [사과했다|고개를 숙였다].
[트래픽 폭주|스팸 거래|잘못된 업데이트]에 {c} [블록체인이|네트워크가] [멈췄다|마비됐다].
{c:이} {n}시간째 [새 블록을 만들지 못하고|거래를 처리하지 못하고|멈춰] 있다.
{c} 메인넷 [가동 중단|작동 정지|접속 장애][|, 원인 조사 중|, 복구 작업 중].
"""),
    "unlock": lines("""
{c} [락업 해제|토큰 언락|물량 해제] [임박|예정|앞둬][|, {amt}개 규모].
{c} {amt}개가 [{day}|이번 주|이달] [락업 해제된다|언락된다|시장에 풀린다].
[{day}|이번 주|다음 달] {c} 유통량이 [락업 해제로|언락으로] {pct}% [늘어난다|증가한다].
{c} [초기 투자자|팀|재단] 물량 {amt}개 [락업 해제|언락|해제].
{n}천만 달러 규모의 {c:이} [락업에서 풀린다|언락된다|시장에 나온다].
{c} [투자자들이|보유자들이] [대규모 |]언락에 따른 물량 부담을 [우려한다|걱정하고 있다].
{c}의 [의무 보유|락업|매도 제한] 기간이 {day} [끝난다|만료된다|종료된다].
묶여 있던 {c} {amt}개가 [풀렸다|해제됐다|시장에 쏟아진다].
{c}, 전체 공급량의 {pct}% [언락|락업 해제][| 예정| 진행].
[언락|락업 해제] 물량 {amt}개에 {c} [희석|공급 과잉|매도] 우려.
{c} 재단이 {amt}개의 [잠긴 토큰을|락업 물량을] [{day} |]해제한다.
[초기 투자자|벤처 투자사|내부자]들이 [{day}부터|곧] 락업이 풀린 {c:을} 팔 수 있다.
이번 주 [최대|주요] 토큰 언락은 {c:으로}, [{amt}개가|{n}천만 달러어치가] 풀린다.
{c} [베스팅|락업|보호 예수] 종료로 [새 물량이|{amt}개가] 시장에 [나온다|유입된다|풀린다].
"""),
    "team_exit": lines("""
{c} [창립자|대표|개발 책임자], [사임|사퇴|퇴사][| 발표| 선언].
{c} [공동 창립자|최고경영자|수석 개발자]가 [{day} |]자리에서 [물러났다|내려왔다].
{c} 핵심 [개발자|인력|임원] {n}명이 [떠났다|퇴사했다|그만뒀다].
{c} 재단이 직원 {pct}%를 [해고했다|감원했다|내보냈다].
{c}, [대규모 |]구조 조정[| 단행]으로 [인력 {pct}% 감축|직원 해고].
{c} 개발팀이 [해체됐다|줄줄이 떠났다|프로젝트를 포기했다].
{c} [창립자|개발자]가 다른 회사로 [자리를 옮겼다|이직했다]며 [팀 이탈|퇴사]을 알렸다.
[내부 갈등|자금난|의견 충돌] 끝에 {c} [대표|창립자]가 [회사를 떠났다|사임했다].
{c} [이사회|재단 이사] {n}명 [사임|동반 사퇴|퇴진].
{c} 운영사가 [사무실을|지사를|연구소를] [닫고|폐쇄하고] 직원을 [내보냈다|해고했다].
{c:이} 핵심 [개발자를|인력을|리더를] [잃었다|떠나보냈다].
{n}년간 {c:을} 이끈 [창립자|대표]가 [떠난다|물러난다|사임한다].
{c} 재단 [인력 이탈|줄퇴사|감원] [가속|계속|심화].
{c} [최고기술책임자|재단 이사장|개발 총괄], {day} [사의 표명|해임|사퇴].
"""),
    "upgrade_delayed": lines("""
{c} [업그레이드|하드포크|메인넷 개편] [연기|지연|보류][| 결정| 발표].
{c:이} 네트워크 업그레이드를 {n}개월 [미뤘다|연기했다|늦췄다].
{c} [개발자들이|개발팀이|재단이] 업그레이드 일정을 [연기했다|뒤로 미뤘다|늦추기로 했다].
[버그|보안 결함|테스트 실패]로 {c} [업그레이드가|하드포크가] [연기됐다|지연됐다|중단됐다].
{c} {ver} [출시가|업데이트가|배포가] [또 |]{n}개월 [늦어진다|미뤄진다].
{c}, 업그레이드 [기한|일정|마감] [못 지켜|맞추지 못해] [연기|지연].
[테스트넷|시험망] 오류에 {c} 하드포크가 [미뤄졌다|보류됐다|연기됐다].
예정됐던 {c} 업그레이드가 [{day} |]돌연 [연기됐다|보류됐다|취소됐다].
{c} 업그레이드, [예상보다|계획보다] {n}개월 [늦어져|지연돼|밀려].
{c} 팀은 [개발이 늦어져|시간이 더 필요해|준비가 덜 돼] 업그레이드를 [미룬다고|연기한다고] 밝혔다.
{c} [로드맵|개발 일정] 차질[|로], 업그레이드 [무기한 연기|지연|다시 연기].
{c} {ver} 업그레이드는 [당분간|올해 안에|예정대로] [나오지 못한다|이뤄지지 않는다][|, 일정 지연].
{c} 이용자들은 [연기된|미뤄진|지연된] 업그레이드를 [{n}개월 더|더 오래] 기다려야 한다.
개발자 회의에서 {c} [하드포크|업그레이드] [연기|보류]가 [결정됐다|확정됐다].
"""),
    "price_down": lines("""
{c} [가격|시세] {pct}% [하락|급락|폭락|추락].
{c:이} [{day}|이번 주|하루 만에] {pct}% [떨어졌다|내렸다|빠졌다].
[매도 물량|투매|악재]에 {c} 가격이 {verb}.
{c:은} [{n}주 만에|이달 들어|올해] [최저치|최저가|저점]까지 [떨어졌다|밀렸다].
[약세장|하락장|불안 심리] 속에 {c:이} {pct}% {verb}.
{c}, {n}일 연속 [하락|내림세|약세][|하며 {pct}% 떨어져].
{c} 시가총액이 [하루 새|{day}|일주일 만에] {pct}% [줄었다|증발했다|감소했다].
{x}에서 {c:이} {pct}% [하락 마감했다|떨어졌다|급락했다].
[팔자|매도] 행렬에 {c} [시세가|가격이] [{day} |]{verb}.
{c} [급락|폭락|추락]에 투자자들이 [패닉에 빠졌다|큰 손실을 봤다|울상이다].
{c} 가격이 [지지선을|바닥을] [내주며|뚫고] {pct}% [하락했다|급락했다|미끄러졌다].
{c:은} [상승분을|이달 오름폭을] [모두 |]반납하며 {verb}.
[매수세 실종|투자 심리 위축|악재 겹쳐] {c} {pct}% [하락|급락|내림세].
{c:이} [좀처럼 |]하락세를 [멈추지 못하고|벗어나지 못하고] {pct}% [떨어졌다|밀렸다].
"""),
}
