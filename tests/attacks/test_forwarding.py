"""Headers that say where a request comes from, from somebody who is no trusted proxy."""

from typing import Any

import pytest

from access.keys import Scope
from tests.attacks.guarded import PROXY, GuardedServer, Headers, bearer

ADMIN: frozenset[Scope] = frozenset({"admin"})

FORGERIES: dict[str, Headers] = {
    "X-Forwarded-For": [("X-Forwarded-For", "127.0.0.1")],
    "lower case": [("x-forwarded-for", "127.0.0.1")],
    "IPv6": [("X-Forwarded-For", "::1")],
    "a chain": [("X-Forwarded-For", "127.0.0.1, 127.0.0.1")],
    "empty": [("X-Forwarded-For", "")],
    "nonsense": [("X-Forwarded-For", "localhost")],
    "Forwarded": [("Forwarded", "for=127.0.0.1;host=localhost;proto=https")],
    "Forwarded, hidden": [("Forwarded", "for=_hidden")],
    "X-Real-IP": [("X-Real-IP", "127.0.0.1")],
    "Via": [("Via", "1.1 nas")],
    "X-Forwarded-Host": [("X-Forwarded-Host", "localhost")],
    "X-Forwarded-Proto": [("X-Forwarded-Proto", "http")],
    "X-Forwarded-Port": [("X-Forwarded-Port", "8000")],
    "X-Forwarded-Server": [("X-Forwarded-Server", "nas")],
    "X-Forwarded": [("X-Forwarded", "for=127.0.0.1")],
    "X-Client-IP": [("X-Client-IP", "127.0.0.1")],
    "Client-IP": [("Client-IP", "127.0.0.1")],
    "True-Client-IP": [("True-Client-IP", "127.0.0.1")],
    "CF-Connecting-IP": [("CF-Connecting-IP", "127.0.0.1")],
    "X-Cluster-Client-IP": [("X-Cluster-Client-IP", "127.0.0.1")],
    "X-Original-URL": [("X-Original-URL", "/health")],
    "X-Original-Forwarded-For": [("X-Original-Forwarded-For", "127.0.0.1")],
    "X-Envoy-External-Address": [("X-Envoy-External-Address", "127.0.0.1")],
}
"""All of them say: a proxy passed this on. On this machine that means it came from elsewhere."""

HOPS: dict[str, tuple[Headers, str]] = {
    "one": ([("X-Forwarded-For", "203.0.113.7")], "203.0.113.7"),
    "written by the client": ([("X-Forwarded-For", "10.0.0.1, 203.0.113.7")], "203.0.113.7"),
    "many": ([("X-Forwarded-For", "1.1.1.1,2.2.2.2 , 203.0.113.7")], "203.0.113.7"),
    "in two headers": (
        [("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-For", "203.0.113.7")],
        "203.0.113.7",
    ),
    "the proxy itself": ([("X-Forwarded-For", f"203.0.113.7, {PROXY}")], "203.0.113.7"),
    "local": ([("X-Forwarded-For", "127.0.0.1")], "127.0.0.1"),
    "with a port": ([("X-Forwarded-For", "203.0.113.7:1234")], "203.0.113.7"),
    "IPv6": ([("X-Forwarded-For", "[2001:db8::7]:1234")], "2001:db8::7"),
    "mapped": ([("X-Forwarded-For", "::ffff:203.0.113.7")], "203.0.113.7"),
    "nonsense": ([("X-Forwarded-For", "unknown")], PROXY),
    "nonsense last": ([("X-Forwarded-For", "203.0.113.7, x")], PROXY),
    "nothing": ([], PROXY),
    "only the proxy": ([("X-Forwarded-For", PROXY)], PROXY),
    "another header": ([("X-Real-IP", "203.0.113.7")], PROXY),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_what_was_passed_on_is_not_at_this_machine(guarded: GuardedServer, case: str) -> None:
    assert guarded.ask("/admin/keys", headers=FORGERIES[case]).status == 401
    assert guarded.ask("/admin/keys", headers=FORGERIES[case], source="127.0.0.3").status == 401
    assert guarded.ask("/admin/keys").status == 200
    admin = guarded.add_key("chief", scopes=ADMIN)
    assert guarded.ask("/admin/keys", headers=[*FORGERIES[case], *bearer(admin)]).status == 200


@pytest.mark.parametrize("case", FORGERIES)
def test_nobody_but_a_trusted_proxy_says_whose_request_it_is(
    guarded: GuardedServer, log: list[dict[str, Any]], case: str
) -> None:
    headers = [*FORGERIES[case], *bearer(guarded.secret)]
    assert guarded.ask("/v1/models", headers=headers, source="127.0.0.4").status == 200
    assert log[-1]["client"] == "127.0.0.4"


@pytest.mark.parametrize("case", HOPS)
def test_of_the_hops_that_a_trusted_proxy_names_the_last_unknown_one_counts(
    guarded: GuardedServer, log: list[dict[str, Any]], case: str
) -> None:
    headers, client = HOPS[case]
    sent = [*headers, *bearer(guarded.secret)]
    assert guarded.ask("/v1/models", headers=sent, source=PROXY).status == 200
    assert log[-1]["client"] == client


@pytest.mark.parametrize("case", HOPS)
def test_a_trusted_proxy_is_never_this_machine_itself(guarded: GuardedServer, case: str) -> None:
    headers, _ = HOPS[case]
    assert guarded.ask("/admin/keys", headers=headers, source=PROXY).status == 401
    assert guarded.ask("/admin/keys").status == 200


@pytest.mark.parametrize("case", FORGERIES)
def test_no_header_stands_for_a_key(guarded: GuardedServer, case: str) -> None:
    for source in ("127.0.0.1", PROXY):
        assert guarded.ask("/v1/models", headers=FORGERIES[case], source=source).status == 401
    assert guarded.answers_who_may()
