"""Random chats of the soak test."""

from collections import Counter

from benchmarks.soak.traffic import MAX_TOKENS, Traffic

CHATS = list(Traffic(seed=3).chats(4_000))


def test_the_same_seed_gives_the_same_chats() -> None:
    assert list(Traffic(seed=3).chats(50)) == CHATS[:50]
    assert list(Traffic(seed=4).chats(50)) != CHATS[:50]


def test_about_2_percent_are_compared_and_none_of_them_is_given_up() -> None:
    compared = [chat for chat in CHATS if chat.is_compared]
    assert 40 <= len(compared) <= 130
    assert {chat.kind for chat in compared} == {"greedy", "seeded"}
    assert all(chat.patience_seconds is None for chat in compared)


def test_chats_with_a_known_answer_ask_for_it() -> None:
    for chat in CHATS:
        body = chat.body()
        assert (body["temperature"] == 0) == (chat.kind == "greedy")
        assert ("seed" in body) == (chat.kind == "seeded")
        assert 1 <= chat.max_tokens <= MAX_TOKENS


def test_there_are_short_and_long_ones_that_share_and_that_leave() -> None:
    lengths = [len(chat.messages[-1][1].split()) for chat in CHATS]
    assert min(lengths) <= 2
    assert max(lengths) >= 300
    systems = Counter(chat.messages[0][1] for chat in CHATS if len(chat.messages) == 2)
    assert len(systems) == 5
    assert min(systems.values()) > 100
    assert 400 <= sum(chat.patience_seconds is not None for chat in CHATS) <= 800
