"""The docs agree with the files and with settings.py.

Thread: both.
"""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

import api.embeddings.undone as embeddings_undone
from api.chat_schemas import ChatRequest
from api.completions.schemas import CompletionRequest
from api.embeddings.schemas import EmbeddingRequest
from api.errors import ERRORS, HTTP_CODES
from api.ollama import undone as ollama_undone
from api.ollama.requests import ChatBody
from api.ollama.translation import OPTIONS
from api.tokens.schemas import TokenizeRequest
from api.undone import IGNORED, REFUSED
from api.validation import WireModel
from benchmarks.scenarios.registry import SCENARIOS
from prompts.families import FAMILIES
from settings import ENV_PREFIX, ROOT, Settings, flag

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "examples/*.md", "deploy/*.md")
    for page in ROOT.glob(pattern)
)
PROGRAMS = [*ROOT.glob("examples/*.py"), *ROOT.glob("commands/*.py")]
SCRIPTS = [ROOT / "run.sh", *PROGRAMS, ROOT / "locks/update.sh"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
NOT_OURS = {"--help", "--build", "--rm", "--user", "--cacert", "--disable-pip", "--require-hashes"}
"""Of argparse, Docker, systemctl, curl and pip-audit."""
ROW = re.compile(r"^\| `(--[^`]+)` \| (.+)$", re.MULTILINE)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchor(heading: str) -> str:
    """How GitHub names a heading."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, part = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{name(page)} links to {link}"
        if part:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), f"{name(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_flag_exists(page: Path) -> None:
    in_scripts = " ".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    known = {flag(field) for field in Settings.model_fields} | {*FLAG.findall(in_scripts)}
    known |= NOT_OURS
    assert set(FLAG.findall(page.read_text(encoding="utf-8"))) <= known


def shown_default(field: FieldInfo) -> str:
    """A default as the docs write it."""
    default = field.default
    if default is None or default == ():
        return "–"
    if isinstance(default, Path):
        return "see [data directory](#data-directory)"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    expected = [
        (
            flag(setting),
            f"`{ENV_PREFIX}{setting.upper()}` | {shown_default(field)} | {field.description} |",
        )
        for setting, field in Settings.model_fields.items()
    ]
    assert ROW.findall((ROOT / "docs/configuration.md").read_text(encoding="utf-8")) == expected


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.split(r"^#+ ", text.split(f" {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("heading", "fields"), [("Refused fields", set(REFUSED)), ("Ignored fields", set(IGNORED))]
)
def test_the_fields_not_honoured_are_those_of_the_code(heading: str, fields: set[str]) -> None:
    listed = max(section("docs/api.md", heading).split("\n\n"), key=len)
    assert set(re.findall(r"`(\w+)`", listed)) == fields


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("Refused fields", set(ollama_undone.REFUSED)),
        ("Ignored fields", {*ollama_undone.IGNORED, *ollama_undone.IGNORED_OPTIONS}),
    ],
)
def test_the_fields_of_ollama_not_honoured_are_those_of_the_code(
    heading: str, fields: set[str]
) -> None:
    listed = max(section("docs/dialects/ollama.md", heading).split("\n\n"), key=len)
    assert set(re.findall(r"`([\w.]+)`", listed)) == fields


def test_every_supported_field_of_ollama_is_described() -> None:
    described = section("docs/dialects/ollama.md", "Supported fields")
    fields = ChatBody.field_names() | set(OPTIONS)
    assert not [field for field in fields - {"model", "stream"} if f"`{field}`" not in described]


def test_every_supported_field_is_described() -> None:
    described = section("docs/api.md", "Chat completions: supported fields")
    missing = [field for field in ChatRequest.field_names() if f"`{field}" not in described]
    assert not missing


@pytest.mark.parametrize(
    ("heading", "model"), [("Text completions", CompletionRequest), ("Tokens", TokenizeRequest)]
)
def test_every_field_that_chats_have_not_is_described(heading: str, model: type[WireModel]) -> None:
    described = section("docs/dialects/completions.md", heading)
    own = model.field_names() - ChatRequest.field_names()
    assert own
    assert not [field for field in own if f"| `{field}` |" not in described]


def test_every_field_of_embeddings_is_described() -> None:
    described = section("docs/api.md", "Embeddings")
    fields = EmbeddingRequest.field_names() | embeddings_undone.IGNORED
    fields |= embeddings_undone.REFUSED.keys()
    assert not [field for field in fields if f"`{field}`" not in described]


def test_every_error_code_is_described() -> None:
    described = section("docs/api.md", "Errors")
    codes = {kind.code for kind in ERRORS.values()} | set(HTTP_CODES.values())
    assert not [code for code in codes if f"`{code}`" not in described]


def test_every_scenario_of_the_benchmark_is_described() -> None:
    described = re.findall(r"^\| `([\w-]+)` \|", section("docs/benchmarks.md", "Scenarios"), re.M)
    assert described == [scenario.name for scenario in SCENARIOS]


def test_the_families_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\w.*?) \|", section("docs/models.md", "Families"), re.M)
    assert rows == ["family", *(family.name for family in FAMILIES)]
