"""What keys may use, on a clock that the test moves."""

import pytest

from access.errors import OverLimit, TokensUsedUp
from access.keys import ApiKey, KeyLimits
from access.rate_limits import RateLimits


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def key(name: str = "nas", **limits: int) -> ApiKey:
    return ApiKey(name, name, 1, limits=KeyLimits(**limits))


def use(limits: RateLimits, by: ApiKey, *, tokens: int = 0) -> None:
    with limits.counted(by):
        limits.use_tokens(by, tokens)


def test_a_minute_begins_with_its_first_request_and_ends() -> None:
    clock = Clock()
    limits, nas = RateLimits(clock), key(requests_per_minute=2)
    use(limits, nas)
    clock.seconds += 40
    use(limits, nas)
    with pytest.raises(OverLimit, match="2 requests per minute") as refused:
        use(limits, nas)
    assert refused.value.retry_after_seconds == 20
    clock.seconds += 20
    use(limits, nas)
    left = limits.remaining(nas)["requests"]
    assert (left.limit, left.remaining, left.reset_seconds) == (2, 1, 60)


def test_tokens_of_earlier_requests_use_up_the_minute() -> None:
    clock = Clock()
    limits, nas = RateLimits(clock), key(tokens_per_minute=100)
    use(limits, nas, tokens=99)
    use(limits, nas, tokens=500)
    with pytest.raises(TokensUsedUp):
        use(limits, nas)
    assert limits.remaining(nas)["tokens"].remaining == 0
    clock.seconds += 60
    use(limits, nas)


def test_a_key_has_no_part_in_the_limits_of_another() -> None:
    limits = RateLimits(Clock())
    nas, phone = key("nas", requests_per_minute=1), key("phone", requests_per_minute=1)
    use(limits, nas)
    use(limits, phone)
    with pytest.raises(OverLimit):
        use(limits, nas)


def test_a_request_that_fails_gives_its_place_back() -> None:
    limits, nas = RateLimits(Clock()), key(max_concurrent=1)

    def fail() -> None:
        with limits.counted(nas):
            with pytest.raises(OverLimit, match="may have 1 at once"):
                use(limits, nas)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert limits.num_running(nas) == 0
    use(limits, nas)


def test_a_key_without_limits_is_never_refused() -> None:
    limits, nas = RateLimits(Clock()), key()
    for _ in range(1_000):
        use(limits, nas, tokens=1_000)
    assert limits.remaining(nas) == {}
