"""`./run.sh keys`: make, show, change and revoke API keys. A running server sees the change.

Thread: both (a process of its own; it only writes the file of keys).
"""

import argparse
import dataclasses
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from access.errors import KeysProblem
from access.key_file import KeyFile
from access.keys import (
    DEFAULT_SCOPES,
    NO_LIMITS,
    SCOPES,
    ApiKey,
    KeyLimits,
    Scope,
    check_name,
    digest_of,
    new_secret,
)
from settings import SettingsProblem, load_settings

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

LIMITS = {
    "--requests-per-minute": "requests_per_minute",
    "--tokens-per-minute": "tokens_per_minute",
    "--concurrent": "max_concurrent",
}
"""Flags, and the fields of KeyLimits that they set."""

DURATION = re.compile(r"(\d{1,5})([dh])")
SECONDS_IN = {"d": 86_400, "h": 3_600}

KEYS_PAGE = "docs/keys.md"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The subcommand and its flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh keys",
        description=f"API keys of the server that keeps its files in the same data directory. "
        f"A running server sees a change within a second. {KEYS_PAGE} has examples.",
    )
    parser.add_argument("--data-dir", type=Path, help="of the server; default: as the settings say")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make a key; it is printed once, and kept nowhere")
    add.add_argument("name", help="whose it is, such as nas: logs, limits and files go by it")
    _add_flags(add, scopes="chat,batch")
    change = commands.add_parser("change", help="other scopes, limits or time for a key")
    change.add_argument("name")
    _add_flags(change, scopes=None)
    commands.add_parser("list", help="all keys, without their secrets")
    revoke = commands.add_parser("revoke", help="end a key and what it has running, at once")
    revoke.add_argument("name")
    return parser.parse_args(arguments)


def _add_flags(parser: argparse.ArgumentParser, *, scopes: str | None) -> None:
    of_key = argparse.SUPPRESS if scopes is None else None
    parser.add_argument(
        "--scopes",
        type=read_scopes,
        default=DEFAULT_SCOPES if scopes else of_key,
        help=f"of {', '.join(SCOPES)}; chat,batch if nothing is said",
    )
    for flag, field in LIMITS.items():
        parser.add_argument(
            flag, dest=field, type=read_limit, default=of_key, metavar="N", help="a number, or none"
        )
    parser.add_argument(
        "--expires",
        dest="expires_unix",
        type=read_expiry,
        default=of_key,
        metavar="WHEN",
        help="30d, 12h, a date such as 2027-01-31, or never",
    )


def read_scopes(text: str) -> frozenset[Scope]:
    """Of a list with commas."""
    named = {each.strip() for each in text.split(",") if each.strip()}
    if not named or named - set(SCOPES):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of {', '.join(SCOPES)}")
    return frozenset(scope for scope in SCOPES if scope in named)


def read_limit(text: str) -> int | None:
    """A number above 0, or none."""
    if text == "none":
        return None
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0, and not 'none'")
    return int(text)


def read_expiry(text: str) -> int | None:
    """Seconds since 1970, of a duration from now or of a date: the end of that day, here."""
    now_unix = int(time.time())
    if text == "never":
        return None
    if duration := DURATION.fullmatch(text):
        return now_unix + int(duration[1]) * SECONDS_IN[duration[2]]
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(hour=23, minute=59, second=59)
        expires_unix = int(day.timestamp())
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time such as 30d, 12h or 2027-01-31, and not 'never'"
        ) from None
    if expires_unix <= now_unix:
        raise argparse.ArgumentTypeError(f"{text} is over")
    return expires_unix


def main(arguments: Sequence[str]) -> int:
    """Do it; the exit code."""
    asked = parse(arguments)
    try:
        flags = ["--data-dir", str(asked.data_dir)] if asked.data_dir else []
        file = KeyFile(load_settings(flags).data_dir)
        match asked.command:
            case "add":
                add_key(file, asked)
            case "change":
                change_key(file, asked)
            case "revoke":
                revoke_key(file, asked.name)
            case _:
                for line in table(file.read()):
                    print(line)
    except (KeysProblem, SettingsProblem) as problem:
        print(f"hearth: {problem}", file=sys.stderr)
        return EXIT_FAILED
    return 0


def add_key(file: KeyFile, asked: argparse.Namespace) -> None:
    """Keep a new key and print its secret. Raises KeysProblem."""
    secret = new_secret()
    key = ApiKey(
        check_name(asked.name),
        digest_of(secret),
        int(time.time()),
        asked.scopes,
        _limits(asked, NO_LIMITS),
        asked.expires_unix,
    )

    def add(keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
        if any(each.name == key.name for each in keys):
            raise KeysProblem(
                f"there is a key {key.name!r} already; change or revoke it, or take another name"
            )
        return [*keys, key]

    file.change(add)
    print(f"{key.name} is a key now. This is shown only once:", file=sys.stderr)
    print(secret)


def change_key(file: KeyFile, asked: argparse.Namespace) -> None:
    """Give a key what was asked for, and leave the rest. Raises KeysProblem."""
    given = vars(asked)

    def changed(key: ApiKey) -> ApiKey:
        return dataclasses.replace(
            key,
            scopes=given.get("scopes", key.scopes),
            limits=_limits(asked, key.limits),
            expires_unix=given.get("expires_unix", key.expires_unix),
        )

    file.change(
        _one_of(
            asked.name,
            lambda keys: [changed(key) if key.name == asked.name else key for key in keys],
        )
    )
    print(f"{asked.name} is changed.", file=sys.stderr)


def revoke_key(file: KeyFile, name: str) -> None:
    """Forget a key. Raises KeysProblem."""
    file.change(_one_of(name, lambda keys: [key for key in keys if key.name != name]))
    print(f"{name} is no key any more.", file=sys.stderr)


Change = Callable[[Sequence[ApiKey]], Sequence[ApiKey]]


def _one_of(name: str, change: Change) -> Change:
    """A change of a key that must be there."""

    def checked(keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
        names = [key.name for key in keys]
        if name not in names:
            raise KeysProblem(f"there is no key {name!r}; there are: {', '.join(names) or 'none'}")
        return change(keys)

    return checked


def _limits(asked: argparse.Namespace, before: KeyLimits) -> KeyLimits:
    given = vars(asked)
    changes = {field: given[field] for field in LIMITS.values() if field in given}
    return dataclasses.replace(before, **changes)


def table(keys: Sequence[ApiKey]) -> list[str]:
    """All keys for people."""
    if not keys:
        return ["There are no keys; ./run.sh keys add NAME makes one."]
    rows: list[tuple[str, ...]] = [
        ("name", "scopes", "requests/min", "tokens/min", "concurrent", "made", "expires")
    ]
    for key in keys:
        limits = (
            key.limits.requests_per_minute,
            key.limits.tokens_per_minute,
            key.limits.max_concurrent,
        )
        rows.append(
            (
                key.name,
                ",".join(scope for scope in SCOPES if scope in key.scopes),
                *("-" if limit is None else str(limit) for limit in limits),
                _day(key.created_unix),
                _expiry(key),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _expiry(key: ApiKey) -> str:
    if key.expires_unix is None:
        return "never"
    has_expired = key.has_expired(time.time())
    return f"{_day(key.expires_unix)}{' (is over)' if has_expired else ''}"


def _day(unix: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(unix))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
