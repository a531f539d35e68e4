"""Words that carry a sentiment: verbs, adjectives and causes, each with held-out ones."""

from .pools import Pool, Sentiment, item_pool

VERBS: dict[Sentiment, Pool] = {
    "positive": item_pool(
        """surged, jumped, rallied, climbed, rose, gained, advanced, leapt, popped, spiked, shot up,
        moved up, went up, ticked up, edged up, picked up, moved higher, pushed higher, traded higher,
        broke out, bounced, recovered, rebounded, strengthened, firmed, grew, increased, improved,
        added, took off, exploded higher, ran higher, marched higher, powered ahead, roared, swelled,
        sprinted higher, accelerated, ascended, lifted, was lifted, was up, is up, has gained,
        has risen, has rallied, keeps rising, keeps climbing, continued to rise, extended its gains,
        erased its losses, hit a new high, set a record, outperformed, beat the market, turned green,
        stormed higher, crept higher, drifted up, flew, pumped, ripped, snapped back, made gains""",
        """skyrocketed, rocketed, vaulted, mounted a comeback, revived, blasted off,
        perked up, inched up, led the gainers""",
    ),
    "negative": item_pool(
        """fell, dropped, plunged, slid, sank, declined, slipped, dipped, lost, crashed, collapsed,
        moved down, went down, ticked down, edged down, moved lower, pushed lower, traded lower,
        broke down, retreated, weakened, softened, shrank, decreased, worsened, shed, dumped,
        caved, fell sharply, ran lower, marched lower, gave way, bled, deflated, skidded,
        decelerated, descended, sagged, was hit, was down, is down, has lost, has fallen,
        has dropped, keeps falling, keeps sliding, continued to fall, extended its losses,
        erased its gains, hit a new low, set a yearly low, underperformed, lagged the market,
        turned red, stumbled, crept lower, drifted down, sold off, cratered, buckled, took a hit, faltered""",
        """tumbled, plummeted, nosedived, tanked, slumped, wilted, eroded, cooled off, inched down,
        led the losers""",
    ),
    "neutral": item_pool(
        """was flat, was unchanged, held steady, traded sideways, moved sideways, was stable, barely moved,
        hardly moved, stayed flat, stayed put, was little changed, stood still, kept its level, held its ground,
        was steady, remained flat, remained unchanged, remained stable, traded in a narrow range, moved little,
        showed no change, paused, was calm, was quiet, ended flat, closed unchanged, consolidated,
        went nowhere, kept steady, stayed in its range, was range-bound, changed little, did not move,
        is flat, is unchanged, is steady, has not moved, has been flat, traded flat, marked time""",
        """was muted, hovered, treaded water, was subdued, idled, stagnated""",
    ),
}

ADJECTIVES: dict[Sentiment, Pool] = {
    "positive": item_pool(
        """happy, pleased, optimistic, confident, cheerful, excited, bullish, hopeful, upbeat, positive, glad,
        encouraged, enthusiastic, thrilled, delighted, satisfied, relieved, eager, impressed, proud, joyful,
        grateful, convinced, supportive, reassured, assured, bright, friendly, strong, very happy, quite pleased,
        more confident, full of praise, in high spirits, in a good mood, celebrating, smiling""",
        """euphoric, elated, jubilant, buoyant, gleeful, exuberant""",
    ),
    "negative": item_pool(
        """worried, angry, nervous, afraid, fearful, upset, bearish, concerned, anxious, negative, unhappy,
        disappointed, sceptical, shocked, alarmed, frustrated, gloomy, uneasy, sad, scared, tense, doubtful,
        furious, troubled, shaken, annoyed, dismayed, pessimistic, stressed, bitter, hostile, very worried,
        quite upset, less confident, full of doubt, in a bad mood, in low spirits, complaining, panicking""",
        """distressed, dejected, jittery, horrified, outraged, rattled""",
    ),
    "neutral": item_pool(
        """indifferent, calm, patient, unmoved, neutral, undecided, quiet, unimpressed, relaxed, waiting,
        balanced, unsure, cautious but calm, neither happy nor sad, in no hurry, watching, composed, even-handed,
        waiting for news, not surprised, mixed, unbothered, steady, still waiting, on the sidelines""",
        """ambivalent, unfazed, impartial, nonchalant""",
    ),
}

CAUSES: dict[Sentiment, Pool] = {
    "positive": item_pool(
        """strong demand, fresh buying, heavy buying, new inflows, record inflows, good news, upbeat data,
        rising volume on the buy side, bargain hunters, buyers returning, optimism about the project, growing use,
        a wave of new users, more wallets than ever, better liquidity, strong results, lower inflation, a rate cut,
        support from large funds, a friendly new rule, positive comments, a short squeeze, improved confidence,
        strong network growth, record activity, higher fees earned, a successful test, rising trust,
        praise from analysts, interest from institutions, steady accumulation, a better outlook,
        growing confidence, hopes of a recovery, strong earnings, demand from Asia, demand from retail buyers""",
        """renewed appetite, dip buying, a brighter mood, euphoria, robust uptake, favourable policy""",
    ),
    "negative": item_pool(
        """weak demand, fresh selling, heavy selling, new outflows, record outflows, bad news, poor data,
        rising volume on the sell side, profit taking, buyers leaving, doubts about the project, falling use,
        a loss of users, fewer active wallets, thin liquidity, weak results, higher inflation, a rate hike,
        sales by large funds, a hostile new rule, negative comments, forced liquidations, lost confidence,
        shrinking network activity, falling activity, lower fees earned, a failed test, a loss of trust,
        criticism from analysts, fear among investors, steady distribution, a worse outlook,
        growing fear, fears of a recession, weak earnings, selling from Asia, panic among retail holders""",
        """fading appetite, margin calls, a darker mood, capitulation, sluggish uptake, unfavourable policy""",
    ),
    "neutral": item_pool(
        """a quiet session, a lack of news, low volume, a holiday, a calm market, balanced orders,
        buyers and sellers in balance, a day without news, a wait for data, few new orders, a slow weekend,
        no clear direction, a long pause, equal buying and selling, average volume, a calm week""",
        """a dearth of catalysts, an uneventful day, evenly matched flows""",
    ),
}

KO_VERBS: dict[Sentiment, Pool] = {
    "positive": item_pool(
        """상승했다, 급등했다, 올랐다, 강세를 보였다, 반등했다, 뛰었다, 오름세를 보였다, 회복했다, 상승세를 이어갔다, 신고가를 기록했다,
        크게 올랐다, 상승 마감했다""",
        """폭등했다""",
    ),
    "negative": item_pool(
        """하락했다, 급락했다, 떨어졌다, 약세를 보였다, 밀렸다, 내렸다, 내림세를 보였다, 무너졌다, 하락세를 이어갔다, 신저가를 기록했다,
        크게 내렸다, 하락 마감했다""",
        """곤두박질쳤다, 폭락했다""",
    ),
    "neutral": item_pool(
        """보합세를 보였다, 변동이 없었다, 횡보했다, 제자리를 지켰다, 큰 변화가 없었다, 보합으로 마감했다, 비슷한 수준을 유지했다""",
        """제자리걸음을 했다""",
    ),
}
