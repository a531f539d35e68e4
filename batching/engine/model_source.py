"""Where a model comes from, a folder or the Hugging Face hub, and what can be known before loading.

Thread: both. It fetches small files only; the weights are the loader's.
"""

import errno
import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils.tqdm import silent_tqdm

from batching.engine.embedding_facts import (
    MODULES_FILE,
    EmbeddingFacts,
    is_embedding_file,
    read_embedding_facts,
)
from batching.engine.errors import (
    BrokenModel,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
    UnsupportedArchitecture,
)
from batching.engine.file_limit import file_limit_kept
from batching.engine.model_facts import Config, ModelFacts, WeightFacts, derive_facts, text_config
from batching.engine.weight_files import WEIGHT_PATTERN, check_weight_files, weight_files

CONFIG_FILE = "config.json"
CANNOT_STORE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)
GENERATION_CONFIG_FILE = "generation_config.json"

HUB_TIMEOUT_SECONDS = 10.0

NO_BAR: Any = silent_tqdm
"""Any: the hub client wants a class of tqdm and also takes this one, its own, which is none."""

DOWNLOAD_PATTERNS = [WEIGHT_PATTERN, "*.json", "*.jinja", "*.txt", "*.model", "*.tiktoken"]
"""Weights, configs, tokenizer and chat template. No Python: a model's own code never runs."""


def inspect_model(model: str, *, revision: str | None = None) -> ModelFacts:
    """Describe a local folder, or a hub id (`org/name`) of which only the configs are fetched.

    `revision` is a branch, tag or commit of a hub id. A model that is wholly in the hub's cache
    needs no network.

    Raises:
        ModelNotFound, ModelUnreachable, UnsupportedArchitecture, BrokenModel: in one line.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _inspect_folder(folder, name=folder.resolve().name, revision=None)
    if model.count("/") != 1 or model.startswith(("/", ".", "~")):
        raise ModelNotFound(
            f"there is no folder {model!r}, and it is no hub id like mlx-community/Qwen2.5-3B"
        )
    return _inspect_hub(model, revision)


@contextmanager
def hub_errors(model: str, *, revision: str | None) -> Iterator[None]:
    """Turn what the hub client raises into our errors."""
    try:
        yield
    except ModelError:
        raise
    except GatedRepoError:
        raise ModelNotFound(
            f"{model} is gated; accept its terms at https://huggingface.co/{model} "
            "and set HF_TOKEN to your token"
        ) from None
    except RepositoryNotFoundError:
        raise ModelNotFound(
            f"the hub has no {model}, or it is private; check the name, or set HF_TOKEN"
        ) from None
    except RevisionNotFoundError:
        raise ModelNotFound(f"{model} has no revision {revision!r} on the hub") from None
    except HFValidationError:
        raise ModelNotFound(f"{model!r} is neither a folder nor a valid hub id") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in CANNOT_STORE:
            raise ModelError(
                f"cannot store {model}: {error.strerror}; set HF_HOME to a folder on another disk"
            ) from None
        # Errors of the connection are those of the HTTP library, which the hub client changes
        # from time to time; whatever is left here is one of them.
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelUnreachable(
            f"{model} is not wholly in the cache and the hub cannot be reached ({reason[:120]})"
        ) from None


def _inspect_hub(model: str, revision: str | None) -> ModelFacts:
    try:
        with hub_errors(model, revision=revision):
            listing = HfApi().model_info(
                model, revision=revision, files_metadata=True, timeout=HUB_TIMEOUT_SECONDS
            )
    except ModelUnreachable:
        if cached := _cached_snapshot(model, revision):
            return _inspect_folder(cached, name=model, revision=cached.name)
        raise
    if cached := _cached_snapshot(model, listing.sha):
        return _inspect_folder(cached, name=model, revision=listing.sha)
    sizes = {file.rfilename: file.size or 0 for file in listing.siblings or ()}
    return _inspect_listing(model, revision, commit=listing.sha, sizes=sizes)


def _cached_snapshot(model: str, revision: str | None) -> Path | None:
    """The folder in the hub's cache that holds everything the loader needs, if there is one."""
    try:
        folder = Path(
            snapshot_download(
                model, revision=revision, allow_patterns=DOWNLOAD_PATTERNS, local_files_only=True
            )
        )
        # The hub client cannot tell for a model whose list of files it has not kept.
        return folder if weight_files(folder) else None
    except (LocalEntryNotFoundError, BrokenModel):
        return None


def _inspect_listing(
    model: str, revision: str | None, *, commit: str | None, sizes: dict[str, int]
) -> ModelFacts:
    """Describe a model of which only the configs are fetched. `sizes`: file name → bytes."""
    if CONFIG_FILE not in sizes:
        raise BrokenModel(f"{model} has no {CONFIG_FILE}; is it a model for mlx-lm?")
    weight_bytes = sum(sizes[name] for name in sizes if Path(name).match(WEIGHT_PATTERN))
    if not weight_bytes:
        raise BrokenModel(f"{model} has no {WEIGHT_PATTERN}; use one in MLX or safetensors format")
    with hub_errors(model, revision=revision):
        # By the name of the revision, not its commit: so the cache learns what the name means,
        # which a later start without a network looks up.
        folder = Path(
            hf_hub_download(model, CONFIG_FILE, revision=revision, tqdm_class=NO_BAR)
        ).parent
        if GENERATION_CONFIG_FILE in sizes:
            hf_hub_download(model, GENERATION_CONFIG_FILE, revision=revision, tqdm_class=NO_BAR)
        if MODULES_FILE in sizes:
            for file in filter(is_embedding_file, sizes):
                hf_hub_download(model, file, revision=revision, tqdm_class=NO_BAR)
    config = _read_config(folder, model)
    return derive_facts(
        config,
        _read_generation_config(folder),
        name=model,
        weights=WeightFacts(weight_bytes),
        path=None,
        revision=commit,
        embedding=_read_embedding_facts(folder, config, model),
    )


def _inspect_folder(folder: Path, *, name: str, revision: str | None) -> ModelFacts:
    config = _read_config(folder, name)
    return derive_facts(
        config,
        _read_generation_config(folder),
        name=name,
        weights=check_weight_files(folder),
        path=folder,
        revision=revision,
        embedding=_read_embedding_facts(folder, config, name),
    )


def _read_embedding_facts(folder: Path, config: Config, name: str) -> EmbeddingFacts | None:
    return read_embedding_facts(
        lambda file: _read_json(folder / file), text_config(config), name=name
    )


def _read_config(folder: Path, name: str) -> Config:
    """The config, of an architecture that we can run."""
    config = _read_object(folder / CONFIG_FILE)
    if config is None:
        raise BrokenModel(f"{folder} has no {CONFIG_FILE}; is it a model for mlx-lm?")
    if "model_file" in config:
        raise UnsupportedArchitecture(
            f"{name} needs its own code ({config['model_file']}), which is never run; "
            "choose a model that mlx-lm knows"
        )
    if not _is_known_to_mlx_lm(config):
        raise UnsupportedArchitecture(
            f"{name} has model_type {config.get('model_type')!r}, which the installed mlx-lm "
            "does not know; update mlx-lm or choose another model"
        )
    return config


def _read_generation_config(folder: Path) -> Config:
    return _read_object(folder / GENERATION_CONFIG_FILE) or {}


def _read_object(file: Path) -> dict[str, Any] | None:
    """A JSON object, or None without the file."""
    content = _read_json(file)
    if content is not None and not isinstance(content, dict):
        raise BrokenModel(f"{file} holds no JSON object; download the model again")
    return content


def _read_json(file: Path) -> Any:
    """A JSON value, or None without the file."""
    try:
        return json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise BrokenModel(f"{file} is not readable as JSON: {error}") from None


def _is_known_to_mlx_lm(config: Config) -> bool:
    """Whether mlx-lm has a module for it, under its own name or another that it maps to.

    Source: mlx_lm.utils._get_classes
    """
    # Imported here: it loads mlx, which is harmless without arrays but slow.
    with file_limit_kept():
        from mlx_lm.utils import MODEL_ARCHITECTURE_REMAPPING, MODEL_REMAPPING

    model_type = config.get("model_type")
    if not isinstance(model_type, str) or "." in model_type:
        return False
    architectures = config.get("architectures") or ()
    for architecture in architectures:
        if (model_type, architecture) in MODEL_ARCHITECTURE_REMAPPING:
            return True
    module = MODEL_REMAPPING.get(model_type, model_type)
    return importlib.util.find_spec(f"mlx_lm.models.{module}") is not None
