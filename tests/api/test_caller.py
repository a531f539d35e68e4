"""Who asks, and whose share a request counts against."""

from aiohttp.test_utils import make_mocked_request

from api.caller import Caller, caller_of, set_caller


def test_without_a_key_the_address_is_the_client() -> None:
    assert Caller("192.168.0.7").client == "192.168.0.7"


def test_with_a_key_all_its_addresses_are_one_client() -> None:
    assert Caller("192.168.0.7", "nas").client == Caller("192.168.0.8", "nas").client


def test_a_key_named_like_an_address_is_another_client() -> None:
    assert Caller("192.168.0.8", "192.168.0.7").client != Caller("192.168.0.7").client


def test_the_caller_that_was_set_counts_before_the_connection() -> None:
    request = make_mocked_request("GET", "/")
    assert caller_of(request) == Caller("")
    set_caller(request, Caller("192.168.0.7", "nas"))
    assert caller_of(request) == Caller("192.168.0.7", "nas")
