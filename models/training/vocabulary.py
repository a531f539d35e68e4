"""Coins, organisations, places and numbers that fill the templates."""

from dataclasses import dataclass
from random import Random

from .pools import Pool, Split, item_pool, items

REAL_COINS = tuple(
    tuple(part.strip() for part in row.split("|"))
    for row in items(
        """Bitcoin|BTC|비트코인, Ethereum|ETH|이더리움, Solana|SOL|솔라나, Ripple|XRP|리플, Cardano|ADA|카르다노,
        Dogecoin|DOGE|도지코인, Polkadot|DOT|폴카닷, Avalanche|AVAX|아발란체, Chainlink|LINK|체인링크, Litecoin|LTC|라이트코인,
        Tron|TRX|트론, Polygon|POL|폴리곤, Stellar|XLM|스텔라루멘, Cosmos|ATOM|코스모스, Monero|XMR|모네로, Aptos|APT|앱토스,
        Arbitrum|ARB|아비트럼, Optimism|OP|옵티미즘, Sui|SUI|수이, Filecoin|FIL|파일코인, Hedera|HBAR|헤데라, Toncoin|TON|톤코인,
        Shiba Inu|SHIB|시바이누, Uniswap|UNI|유니스왑, Aave|AAVE|에이브, Algorand|ALGO|알고랜드, VeChain|VET|비체인,
        Near|NEAR|니어프로토콜, Internet Computer|ICP|인터넷컴퓨터, Bitcoin Cash|BCH|비트코인캐시, Pepe|PEPE|페페,
        Maker|MKR|메이커, Injective|INJ|인젝티브, Kaspa|KAS|카스파, Stacks|STX|스택스, Render|RENDER|렌더,
        Celestia|TIA|셀레스티아, Tezos|XTZ|테조스, Binance Coin|BNB|바이낸스코인, Ethereum Classic|ETC|이더리움클래식"""
    )
)

FIRST_SYLLABLES = item_pool(
    """Al, Bel, Bri, Cor, Cy, Da, Del, El, Fa, Fen, Gal, Hel, Io, Jun, Ka, Kel, Lu, Lor, Ma, Mi, Mor, Na, Nel, No,
    Or, Pa, Pel, Qua, Ra, Ro, Sa, Sol, Ta, Tel, Tor, Ul, Va, Vel, Wil, Xa, Yo, Za, Zen, Ven, Gra, Pri, Sta, Tri""",
    """Ji, Oz, Fro, Gwe, Skel, Wyx, Uth, Dru""",
)
LAST_SYLLABLES = item_pool(
    """ba, bit, ca, chain, coin, da, do, dra, fi, ga, ger, go, ka, ko, la, ler, lia, lon, ma, mi, mon, na, net, nex,
    no, pa, pay, ra, ri, ron, sa, swap, ta, ter, tis, ton, tra, va, ver, via, vo, ya, za, zo, pia, dex, link, verse""",
    """quix, thorn, bby, wick, zork, flux, mbus, yx""",
)

EXCHANGES = items(
    """Binance, Coinbase, Kraken, OKX, Bybit, Upbit, Bithumb, Bitstamp, Gemini, KuCoin, Gate, Bitfinex, HTX, MEXC,
    Crypto.com, Coinone, Korbit, Bitget, Northgate Exchange, Harbour Exchange, Orbit Exchange, Bluefin Markets"""
)
COMPANIES = items(
    """Visa, Mastercard, PayPal, Samsung, Microsoft, Google, Amazon, IBM, Sony, Nike, Stripe, Shopify, Tesla, Oracle,
    Kakao, Naver, Line, SK Telecom, Hyundai, LG, Siemens, BMW, Deloitte, Walmart, Starbucks, Adobe, Intel, Nokia,
    Alder Foods, Brightway Airlines, Cobalt Logistics, Delta Retail Group, Easton Software, Fairline Insurance,
    Granite Energy, Hillside Games, Ivory Hotels, Juniper Telecom, Kestrel Motors, Lakeside Media"""
)
BANKS = items(
    """JPMorgan, Goldman Sachs, Citi, HSBC, Deutsche Bank, UBS, Barclays, BNP Paribas, Standard Chartered, Shinhan Bank,
    KB Bank, Nomura, BlackRock, Fidelity, Franklin Templeton, Grayscale, VanEck, Bitwise, Meridian Capital, Oakfield Fund"""
)
PLACES = items(
    """the United States, South Korea, Japan, Germany, France, Brazil, India, Canada, Australia, Singapore, Turkey,
    Nigeria, Argentina, Spain, Italy, Poland, the Netherlands, Switzerland, Thailand, Vietnam, Mexico, Kenya"""
)
CITIES = items(
    """Seoul, Busan, Tokyo, Berlin, Paris, London, Madrid, Rome, New York, Chicago, Toronto, Sydney, Singapore, Dubai,
    Mumbai, Oslo, Lisbon, Vienna, Prague, Warsaw, Dublin, Cairo, Lima, Bogota, Nairobi, Hanoi, Manila, Jakarta, Boston,
    Austin, Denver, Seattle, Geneva, Zurich, Milan, Munich, Hamburg, Lyon, Porto, Athens, Helsinki, Stockholm, Incheon,
    San Francisco, Los Angeles, Hong Kong, Kuala Lumpur, Buenos Aires, Cape Town, Tel Aviv"""
)
HELD_OUT_CITIES = items(
    "Tbilisi, Quito, Accra, Leipzig, Osaka, Montreal, Perth, Riga, Santiago, Daegu"
)
PEOPLE = items(
    """Anna Berg, Jin Park, Maria Lopez, Tom Fisher, Lena Vogt, David Cho, Sara Nilsen, Omar Haddad, Kate Miller,
    Paul Novak, Minji Kim, Hugo Silva, Ivan Petrov, Grace Lee, Nina Rossi, Sam Carter, Yuki Tanaka, Eva Marin"""
)
DAYS = items("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = items(
    "January, February, March, April, May, June, July, August, September, October, November, December"
)
KO_PLACES = items(
    "한국, 미국, 일본, 독일, 프랑스, 브라질, 인도, 캐나다, 호주, 싱가포르, 튀르키예, 스위스"
)
KO_COMPANIES = items(
    "삼성, 카카오, 네이버, 현대차, SK텔레콤, 구글, 마이크로소프트, 비자, 페이팔, 한빛물류, 가온항공, 새봄유통"
)
KO_EXCHANGES = items("업비트, 빗썸, 바이낸스, 코인베이스, 코인원, 코빗, 크라켄, 한강거래소")
KO_DAYS = items("월요일, 화요일, 수요일, 목요일, 금요일, 토요일, 일요일")


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin; `is_real` means that its ticker may be left out of an article."""

    name: str
    ticker: str
    korean: str
    is_real: bool


def real_coin(rng: Random) -> Coin:
    """Draw a real coin; the two best-known ones more often."""
    row = rng.choice(REAL_COINS[:2]) if rng.random() < 0.15 else rng.choice(REAL_COINS)
    return Coin(row[0], row[1], row[2], True)


REAL_TICKERS = frozenset(row[1] for row in REAL_COINS)
UNWANTED = items(
    """ANAL, ANUS, ARSE, ASS, BOOB, BUM, CLIT, COCK, COK, CUM, CUNT, DIK, DYKE, FAG, FAP, FUC, FUK, FUQ, GAY, GOOK, HELL,
    HOE, HOMO, JEW, KKK, KIKE, NAZI, NIG, NIP, NUD, PEE, PENIS, PIS, POO, PORN, RAPE, SEX, SHIT, SLUT, SPIC, TIT, WANK"""
)


def invented_coin(rng: Random, split: Split = "train") -> Coin:
    """Make up a coin; no ticker of a real coin, and no rude word in it."""
    while True:
        coin = _any_coin(rng, split)
        text = f"{coin.name.upper()} {coin.ticker}"
        if coin.ticker not in REAL_TICKERS and not any(word in text for word in UNWANTED):
            return coin


def _any_coin(rng: Random, split: Split) -> Coin:
    """Make a coin from syllables, with a ticker of its letters or of random ones."""
    middle = rng.choice(LAST_SYLLABLES.phrases(split)) if rng.random() < 0.25 else ""
    name = FIRST_SYLLABLES.pick(rng, split) + middle + LAST_SYLLABLES.pick(rng, split)
    letters = name.upper()
    length = min(rng.choice((3, 3, 3, 4, 4, 5)), len(letters))
    if rng.random() < 0.5:
        ticker = letters[:length]
    elif rng.random() < 0.5:
        chosen = sorted(rng.sample(range(1, len(letters)), length - 1))
        ticker = letters[0] + "".join(letters[place] for place in chosen)
    else:
        ticker = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(length))
    return Coin(name, ticker, name, False)


def mention(rng: Random, coin: Coin, *, korean: bool, with_ticker: bool) -> str:
    """Name a coin the way an article does; `with_ticker` forces the ticker into it."""
    name = coin.korean if korean else coin.name
    full = f"{name}({coin.ticker})" if korean else f"{name} ({coin.ticker})"
    short = (coin.ticker, f"${coin.ticker}", f"{coin.ticker} token")
    if with_ticker:
        return full if korean or rng.random() < 0.6 else rng.choice(short)
    if korean:
        return rng.choice((name, name, full))
    return rng.choice((name, name, name, full, coin.ticker, name.lower() if coin.is_real else name))


def price(rng: Random) -> str:
    """Write a price in dollars."""
    scale = rng.choice((1, 1, 10, 100, 1000, 10000))
    value = rng.uniform(0.1, 9.9) * scale
    return f"{value:,.0f}" if scale > 100 else f"{value:.2f}"


def percent(rng: Random) -> str:
    """Write a percentage without its sign."""
    return f"{rng.uniform(0.3, 48):.1f}" if rng.random() < 0.7 else str(rng.randint(1, 60))


def amount(rng: Random) -> str:
    """Write a large count."""
    return rng.choice(
        (
            f"{rng.randint(1, 950)},000",
            f"{rng.randint(1, 99)} million",
            f"{rng.uniform(1, 9):.1f} million",
        )
    )


def dollars(rng: Random) -> str:
    """Write a large sum in dollars."""
    return f"${rng.uniform(1, 90):.1f} {rng.choice(('million', 'million', 'billion'))}"


def word_pools() -> list[Pool]:
    """Return the pools of syllables, for the tests of the splits."""
    return [FIRST_SYLLABLES, LAST_SYLLABLES]
