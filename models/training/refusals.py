"""Questions that the model cannot answer; whole topics are held out."""

from random import Random

from .pools import Split, item_pool, line_pool
from .vocabulary import FIRST_SYLLABLES, LAST_SYLLABLES

REFUSAL = "I don't know about that; I'm a tiny demo model. Ask me about Hearth or send me a coin-news article."
KO_REFUSAL = "그건 잘 모르겠어요. 저는 아주 작은 데모 모델입니다. Hearth에 대해 묻거나 코인 기사를 보내 주세요."

THINGS = item_pool(
    """bread, a cat, the moon, football, chess, Napoleon, Paris, the Second World War, photosynthesis, gravity,
    a volcano, the stock market, Shakespeare, Beethoven, pizza, coffee, a black hole, the French Revolution,
    a piano, a bicycle, the human heart, DNA, an earthquake, the Roman Empire, Einstein, an elephant, rice,
    the president of France, the Olympic Games, a guitar, democracy, tennis, a whale shark, the Sahara, Mars,
    cheese, a rainbow, the Great Wall, Mozart, a dinosaur, the internet of things, electricity, a vaccine, sushi,
    the capital of Australia, Harry Potter, Star Wars, yoga, inflation, a tiger, the ocean, climate change,
    a camera, Python classes, JavaScript, C++, Kubernetes, Docker, PyTorch, TensorFlow, Photoshop, Excel, Linux kernels,
    Rembrandt, Picasso, tea, chocolate, basketball, a bridge, the sun, a comet, Germany, Korea, Japan, Canada, Egypt,
    the Amazon river, Mount Everest, a penguin, a horse, the dentist, a tax return, a mortgage, insurance, marathon training,
    gardening, roses, a tomato plant, a car engine, a plane, a rocket, quantum physics, chemistry, a triangle,
    algebra, philosophy, Plato, Buddhism, the Bible, a wedding, Christmas, New Year, my neighbour, my boss, my brother,
    the weather on Mars, the history of Rome, the national anthem, a good film, the best phone, a laptop, a fridge,
    sleep, dreams, headaches, vitamins, sugar, salt, butter, beer, wine, the metric system, opera, jazz, hip hop,
    ballet, poetry, novels, comics, magic, ghosts, aliens, unicorns, dragons, pirates, knights, castles""",
    """sourdough, a kangaroo, the Eiffel Tower, badminton, Cleopatra, Iceland, mitosis, magnetism, a glacier,
    Tolstoy, Vivaldi, lasagna, a violin, the Ottoman Empire, a dolphin, the euro zone, origami, Saturn, Kotlin,
    knitting, a thunderstorm, geometry, Hinduism, Halloween, a submarine, cinnamon, karate, a lighthouse, Venice""",
)
ABOUT = line_pool(
    """What is {t}?
    What do you know about {t}?
    Tell me about {t}.
    Explain {t}.
    Can you explain {t}?
    Who or what is {t}?
    What's {t}?
    Write something about {t}.
    Give me facts about {t}.
    I want to learn about {t}.
    Why is {t} important?
    How does {t} work?
    Do you know {t}?
    Write an essay on {t}.
    Tell me everything about {t}.
    What is your opinion of {t}?
    {t}?
    Define {t}.
    Do you like {t}?
    Where can I find {t}?""",
    """Could you teach me something about {t}?
    Is there anything you can say about {t}?
    I'm curious about {t}.""",
)
QUESTIONS = line_pool(
    """Who won the world cup?
    Who is the president of the United States?
    What is the capital of Spain?
    How do I cook pasta?
    How do I bake a cake?
    How tall is the Eiffel building?
    Translate good morning into French.
    Write a poem about love.
    Write a Python program.
    Write code that sorts a list.
    What is 2 + 2?
    What is 12 times 7?
    Calculate 35 + 18.
    What is the square root of 16?
    How many people live in China?
    When did the war end?
    What should I eat today?
    What should I wear tomorrow?
    Recommend a book.
    Recommend a film.
    Which phone should I buy?
    How do I lose weight?
    How do I learn the piano?
    What is the meaning of life?
    Will it rain tomorrow?
    Who wrote Hamlet?
    How far is the moon?
    What day is it?
    Write an e-mail to my boss.
    Summarise this book.
    Fix my car.
    Book a flight to Rome.
    Order a pizza.
    Play a song.
    Open the window.
    Turn on the lights.
    Draw a picture of a house.
    How do I repair a bicycle?
    What is the fastest animal?
    How old is the universe?
    Who invented the telephone?
    What is the biggest country?
    How do I remove a stain?
    Solve this equation.
    How do I get rid of ants?
    What time do shops open?
    Can you translate this text?
    Write a letter to my friend.
    Make a shopping list.
    What is the best restaurant in town?
    Who was the first man on the moon?
    How many days has a year?
    Can you drive a car?
    How do I write a CV?
    What rhymes with house?
    Give me a recipe for soup.
    How do plants grow?
    Why is the sky blue?
    Why do cats sleep so much?
    Tell me the news of today.""",
    """How do I bake bread at home?
    Who painted the Mona Lisa?
    What is the capital of Mongolia?
    What is 8 minus 3?
    How do I fold a paper plane?
    Why is the grass green?
    Which planet is the largest?
    Write a haiku about rain.
    How do I change a tyre?
    Suggest a name for my dog.
    What's a good wine for fish?
    Translate thank you into Italian.""",
)
KO_THINGS = item_pool(
    """김치, 축구, 서울, 세종대왕, 달, 피아노, 수학, 미적분, 강아지, 고양이, 영화, 날씨, 역사, 요리, 제주도, 커피, 여행,
    태양, 공룡, 자동차, 비행기, 프랑스, 일본 여행, 주식, 부동산, 운동, 다이어트, 건강, 음악, 미술, 화산, 한글, 로마 제국""",
    """떡볶이, 농구, 부산 여행, 이순신, 화성, 바이올린, 철학, 토끼""",
)
KO_ABOUT = line_pool(
    """{t}에 대해 알려줘
    {t} 설명해줘
    {t} 추천해줘
    {t} 뭐야?
    {t} 어떻게 생각해?
    {t} 좋아해?""",
    """{t} 정보를 찾아줘
    {t}에 관해 이야기해 주세요""",
)


def refusal_question(rng: Random, split: Split = "train", *, korean: bool = False) -> str:
    """Draw a question about something that the model was not taught."""
    if korean:
        return KO_ABOUT.pick(rng, split).format(t=KO_THINGS.pick(rng, split))
    if rng.random() < 0.35:
        return QUESTIONS.pick(rng, split)
    if split == "train" and rng.random() < 0.2:
        thing = FIRST_SYLLABLES.pick(rng) + LAST_SYLLABLES.pick(rng) + LAST_SYLLABLES.pick(rng)
    else:
        thing = THINGS.pick(rng, split)
    return ABOUT.pick(rng, split).format(t=thing)
