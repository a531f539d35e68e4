"""Every setting of Hearth: its name, default, bounds and meaning.

Thread: both. Frozen once loaded. Precedence: flags > environment (HEARTH_…) > .env > defaults.
"""

import configparser
import difflib
import functools
import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    CliApp,
    CliToggleFlag,
    DotEnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
    SettingsError,
)

from access.addresses import is_loopback_host, read_network

ROOT = Path(__file__).resolve().parent
ENV_FILE = ROOT / ".env"
ENV_PREFIX = "HEARTH_"
LAUNCHER_VARIABLES = {"HEARTH_PYTHON", "HEARTH_BACKEND"}
"""Read by run.sh, not by the server."""

TINY_MODEL_NAME = "hearth-tiny-demo"
TINY_MODEL_PATH = ROOT / "models" / "tiny"
RECOMMENDED_MODEL = "mlx-community/Qwen2.5-7B-Instruct-4bit"

EVERY_ADDRESS = "0.0.0.0"

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """Start Hearth, a local LLM server that speaks OpenAI's API. (`./run.sh help`: what else.)"""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        frozen=True,
        allow_inf_nan=False,
        extra="ignore",  # of .env, which may hold more; unknown HEARTH_ names are refused below
        cli_prog_name="run.sh",
        cli_kebab_case=True,
        cli_exit_on_error=False,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    lan: CliToggleFlag[bool] = Field(
        False, description="Let other machines connect: listen on 0.0.0.0, and require an API key."
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    mdns: bool = Field(
        True,
        description="Announce the server on the LAN by multicast DNS (Bonjour), if it listens "
        "there.",
    )
    model: str = Field(
        TINY_MODEL_NAME,
        min_length=1,
        description="Model to serve: a folder, a Hugging Face id, or the bundled demo's name.",
    )
    revision: str | None = Field(None, description="Branch, tag or commit of a Hugging Face model.")
    adapter_path: Path | None = Field(None, description="Folder of a LoRA adapter to apply.")
    served_model_name: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names, comma-separated, that clients may use for the model; the first is "
        "shown to them. Default: the model's own.",
    )
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        "auto",
        description="Type of the weights. auto: as stored; float32 on a CPU if not quantised.",
    )
    context_length: int | None = Field(
        None, ge=2048, description="Tokens of prompt and answer together. Default: the model's own."
    )
    max_slots: int = Field(16, ge=1, le=256, description="Requests computed at the same time.")
    reserved_slots: int = Field(
        2,
        ge=0,
        le=255,
        description="Slots beside max_slots, for interactive requests of clients that have "
        "nothing running.",
    )
    memory_limit_gb: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Memory (GB) for weights and KV cache. Default: the machine's.",
    )
    prefix_cache_gb: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Memory (GB) for prompts that may come again; 0 is off. Default: a quarter of "
        "what weights leave.",
    )
    prefix_disk_gb: float = Field(
        0.0,
        ge=0,
        allow_inf_nan=False,
        description="Disk space (GB) in data_dir for prompts that leave the prefix cache; they "
        "survive a restart. 0 is off.",
    )
    share_answers: bool = Field(
        True,
        description="Compute equal requests once while they run together, if temperature 0 or a "
        "seed says that their answers are equal.",
    )
    answer_cache_mb: float = Field(
        256.0,
        ge=0,
        allow_inf_nan=False,
        description="Disk space (MB) in data_dir for answers to such requests, which are given "
        "again when the same comes later. 0 is off.",
    )
    answer_cache_hours: float = Field(
        168.0,
        gt=0,
        allow_inf_nan=False,
        description="Time after which a stored answer is forgotten.",
    )
    max_waiting_requests: int = Field(
        512,
        ge=1,
        description="Requests that may wait for a slot; more are answered 429. A quarter on top "
        "is for clients with few waiting.",
    )
    max_waiting_tokens: int = Field(
        1_000_000,
        ge=1,
        description="Prompt tokens that may wait for a slot; more are answered 429. A quarter "
        "on top is for clients with few waiting.",
    )
    step_budget_ms: float = Field(
        100.0,
        gt=0,
        description="Time (ms) that a step may take while somebody waits for tokens: all running "
        "answers get a token, then prompts are read.",
    )
    prefill_chunk_tokens: int = Field(
        256, ge=16, le=8192, description="Prompt tokens read at once, at most."
    )
    stall_seconds: float = Field(
        300.0,
        gt=0,
        allow_inf_nan=False,
        description="Time without a step, while requests run, after which the server ends with an "
        "error.",
    )
    request_timeout_seconds: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Time that a request may take in all, with its wait; then it ends with an "
        "error. Default: no limit.",
    )
    max_body_mb: float = Field(10.0, gt=0, description="Largest request body, in MB.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names, comma-separated, that this server may be reached by, beside addresses "
        "and this machine's own names; * is any.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins, comma-separated, whose web pages may use the API, such as "
        "https://chat.example.org; * is any. Default: this server's own page.",
    )
    max_connections: int = Field(
        4096, ge=1, description="Open connections in all; more are answered 503."
    )
    max_connections_per_client: int = Field(
        1024, ge=1, description="Open connections of one address; more are answered 429."
    )
    receive_timeout_seconds: float = Field(
        60.0,
        gt=0,
        allow_inf_nan=False,
        description="Time that the head of a request may take to arrive, and then its body. A "
        "file may take longer while it comes at 1 kB/s.",
    )
    send_timeout_seconds: float = Field(
        60.0,
        gt=0,
        allow_inf_nan=False,
        description="Time that a client may read nothing of what is sent to it; then its "
        "connection is cut. A file must be read at 1 kB/s.",
    )
    tls: Literal["off", "auto"] = Field(
        "off",
        description="auto: https with a certificate for this machine, from an authority of its "
        "own. off: http, or https with tls_cert.",
    )
    tls_cert: Path | None = Field(
        None, description="File (PEM) of a certificate and its chain, to serve https with."
    )
    tls_key: Path | None = Field(
        None, description="File (PEM) of the certificate's key. Default: in tls_cert."
    )
    files_gb: float = Field(
        10.0,
        ge=0,
        allow_inf_nan=False,
        description="Disk space (GB) in data_dir for uploaded files and results of batches; more "
        "is refused. 0 switches files and batches off.",
    )
    keep_alive_seconds: float = Field(
        5.0,
        gt=0,
        allow_inf_nan=False,
        description="Silence after which a stream gets a comment to stay open.",
    )
    shutdown_grace_seconds: float = Field(
        30.0,
        ge=0,
        allow_inf_nan=False,
        description="Time that running requests get to finish after SIGTERM.",
    )
    require_key: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Whether callers need an API key. auto: if other machines may connect. always: "
        "on this machine too, also for /admin/.",
    )
    share_across_keys: bool = Field(
        False, description="Give answers that were computed for one API key to others too."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, comma-separated, of proxies whose X-Forwarded-For "
        "counts. Default: none.",
    )
    jwt_key_file: Path | None = Field(
        None,
        description="File with the key that signed tokens (JWT) are checked with: a secret for "
        "HS256, else a public key in PEM. Default: no tokens.",
    )
    jwt_algorithm: Literal["HS256", "RS256", "ES256"] = Field(
        "HS256", description="The one algorithm that tokens are signed with."
    )
    jwt_issuer: str | None = Field(None, description="The 'iss' that tokens must have.")
    jwt_audience: str | None = Field(None, description="The 'aud' that tokens must have.")
    data_dir: Path = Field(
        user_data_path("hearth", appauthor=False), description="Folder for logs and other files."
    )
    log_level: LogLevel = Field("INFO", description="Least severe messages that are logged.")
    log_file: bool = Field(True, description="Also log to logs/hearth.log in data_dir.")
    log_format: Literal["text", "json"] = Field(
        "text", description="Lines of terminal and file: text for people, json for programs."
    )
    log_file_mb: float = Field(
        10.0,
        gt=0,
        allow_inf_nan=False,
        description="Size (MB) at which the log file is put aside and a new one begins.",
    )
    log_files_kept: int = Field(10, ge=1, description="Log files put aside that are kept.")
    log_compression: Literal["gzip", "none"] = Field(
        "gzip", description="How log files that are put aside are packed."
    )
    log_performance_seconds: float = Field(
        60.0,
        ge=0,
        allow_inf_nan=False,
        description="Time between two lines on speed, queue and memory, while anything runs; 0 is "
        "off.",
    )

    @property
    def requires_key(self) -> bool:
        """Whether callers need an API key."""
        if self.require_key == "auto":
            return self.lan or not is_loopback_host(self.host)
        return self.require_key == "always"

    @field_validator("data_dir", "adapter_path", "jwt_key_file", "tls_cert", "tls_key")
    @classmethod
    def _expand_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else path

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            try:
                read_network(text)
            except ValueError:
                raise ValueError(
                    f"{text!r} is no address or network such as 192.168.0.7 or 10.0.0.0/8"
                ) from None
        return texts

    @field_validator(
        "served_model_name", "trusted_proxies", "allowed_hosts", "allowed_origins", mode="before"
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | tuple):
            return value
        return tuple(
            name.strip() for part in names for name in str(part).split(",") if name.strip()
        )


class SettingsProblem(Exception):
    """A setting is wrong; the message is one line: the setting, the value and what is allowed."""


def load_settings(argv: list[str]) -> Settings:
    """Read flags, environment and .env.

    Raises:
        SettingsProblem: a name or a value is wrong.
        SystemExit: `--help` was asked for.
    """
    _refuse_unknown_variables()
    try:
        settings = CliApp.run(Settings, cli_args=argv)
    except ValidationError as error:
        raise SettingsProblem("; ".join(map(_explain, error.errors()))) from None
    except SettingsError as error:
        reason = str(error).removeprefix("error parsing CLI: ")
        raise SettingsProblem(f"{reason}; ./run.sh --help lists every setting") from None
    if settings.lan and "host" not in settings.model_fields_set:
        return settings.model_copy(update={"host": EVERY_ADDRESS})
    return settings


def exit_with_problem(problem: Exception, *, code: int) -> NoReturn:
    """Say it in one line at the terminal and leave."""
    print(f"hearth: {problem}", file=sys.stderr)
    raise SystemExit(code)


@functools.cache
def read_version() -> str:
    """Hearth's version, from setup.cfg, its one place."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config["metadata"]["version"]


def flag(name: str) -> str:
    """The flag that sets a setting."""
    return "--" + name.replace("_", "-")


def _explain(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).lower().replace("-", "_") if error["loc"] else "settings"
    variable = ENV_PREFIX + name.upper()
    reason = error["msg"].split(", unable to")[0].replace("Input should be ", "allowed: ")
    reason = reason.removeprefix("Value error, ")
    return f"{flag(name)} ({variable}) is {error['input']!r}; {reason}"


def _refuse_unknown_variables() -> None:
    """A misspelt HEARTH_… would otherwise do nothing and say nothing."""
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields} | LAUNCHER_VARIABLES
    in_file = DotEnvSettingsSource(Settings, env_file=ENV_FILE).env_vars
    for variable in [*os.environ, *(name.upper() for name in in_file)]:
        if variable.startswith(ENV_PREFIX) and variable not in known:
            near = _nearest(variable, known)
            hint = f"did you mean {near}?" if near else "./run.sh --help lists every setting"
            raise SettingsProblem(f"{variable} is no setting; {hint}")


def _nearest(variable: str, known: set[str]) -> str | None:
    """The known name that was probably meant. The prefix that all share is not compared."""
    names = [name.removeprefix(ENV_PREFIX) for name in known]
    near = difflib.get_close_matches(variable.removeprefix(ENV_PREFIX), names, n=1)
    return ENV_PREFIX + near[0] if near else None
