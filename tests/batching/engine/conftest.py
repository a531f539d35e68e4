"""Small random models, made with mlx-lm's own classes; and a hub to fetch them from."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import huggingface_hub
import mlx.core as mx
import pytest
from mlx.utils import tree_flatten
from mlx_lm.utils import _get_classes

from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.model_source import inspect_model

VOCAB_SIZE = 512

COMMON: dict[str, Any] = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "vocab_size": VOCAB_SIZE,
    "max_position_embeddings": 512,
    "tie_word_embeddings": True,
    "torch_dtype": "float32",
    "eos_token_id": 2,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "qwen2": {"model_type": "qwen2"},
    "llama": {"model_type": "llama"},
    # Every second layer looks back 24 tokens only: rotating caches beside plain ones.
    "sliding": {
        "model_type": "llama",
        "layer_types": ["sliding_attention", "full_attention"],
        "sliding_window": 24,
    },
    "qwen3": {"model_type": "qwen3", "head_dim": 16, "rope_theta": 10000.0},
    "experts": {
        "model_type": "qwen3_moe",
        "head_dim": 16,
        "rope_theta": 10000.0,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "decoder_sparse_step": 1,
        "mlp_only_layers": [],
        "moe_intermediate_size": 32,
        "norm_topk_prob": True,
    },
    # Five of six layers look back 24 tokens only.
    "gemma3": {
        "model_type": "gemma3_text",
        "num_hidden_layers": 6,
        "head_dim": 16,
        "query_pre_attn_scalar": 16,
        "sliding_window": 24,
        "sliding_window_pattern": 6,
        "rope_theta": 10000.0,
        "rope_local_base_freq": 10000.0,
    },
    # A convolution's state of fixed size beside a plain cache.
    "hybrid": {
        "model_type": "lfm2",
        "layer_types": ["conv", "full_attention"],
        "norm_eps": 1e-6,
        "conv_bias": False,
        "conv_L_cache": 3,
        "block_dim": 64,
        "block_ff_dim": 128,
        "block_multiple_of": 32,
        "block_ffn_dim_multiplier": 1.0,
        "block_auto_adjust_ff_dim": False,
        "rope_theta": 10000.0,
    },
}


def save_random_model(folder: Path, kind: str) -> Path:
    """Write a model folder. The weights are large enough for greedy answers to vary."""
    config = COMMON | CONFIGS[kind]
    model_class, args_class = _get_classes(config)
    mx.random.seed(7)
    module = model_class(args_class.from_dict(config))
    named = cast(list[tuple[str, mx.array]], tree_flatten(module.parameters()))
    weights = {name: array * 3 for name, array in named}
    folder.mkdir(parents=True)
    mx.save_safetensors(str(folder / "model.safetensors"), weights, {"format": "mlx"})
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def declare_embeddings(
    folder: Path, *, pooling: str = "lasttoken", normalises: bool = True
) -> Path:
    """Write sentence-transformers' files into a model folder, as Qwen3-Embedding has them."""
    kinds = ["Transformer", "Pooling", *(["Normalize"] if normalises else [])]
    paths = ["", "1_Pooling", "2_Normalize"]
    modules = [
        {"idx": idx, "name": str(idx), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for idx, (kind, path) in enumerate(zip(kinds, paths, strict=False))
    ]
    size = json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"]
    names = ("cls_token", "mean_tokens", "max_tokens", "lasttoken")
    modes = {f"pooling_mode_{name}": name.startswith(pooling) for name in names}
    (folder / "1_Pooling").mkdir()
    for name, content in (
        ("modules.json", modules),
        ("1_Pooling/config.json", {"word_embedding_dimension": size, **modes}),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small qwen2."""
    return save_random_model(tmp_path_factory.mktemp("models") / "small-qwen2", "qwen2")


@pytest.fixture(scope="session", params=sorted(CONFIGS))
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    """Each small model, loaded."""
    folder = save_random_model(tmp_path_factory.mktemp("models") / request.param, request.param)
    facts = inspect_model(str(folder))
    return load_language_model(facts, lambda stage, percent: None, dtype=facts.dtype)


class FakeHub:
    """Serves folders as a Hugging Face hub does, as far as `inspect_model` and the loader ask."""

    COMMIT = "c0ffee" + "0" * 34

    def __init__(self) -> None:
        self.models: dict[str, Path] = {}
        self.gated: set[str] = set()
        self.paths_served: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """From here on the hub is unreachable."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        if path.startswith("/api/models/"):
            name, revision = (path.removeprefix("/api/models/") + "/revision/main").split(
                "/revision/"
            )[:2]
            name, is_tree, _ = name.partition("/tree/")
            return self._refusal(name, revision) or self._listing(name, is_tree=bool(is_tree))
        name, _, rest = path.removeprefix("/").partition("/resolve/")
        revision, _, filename = rest.partition("/")
        if name in self.gated:
            return 403, {"X-Error-Code": "GatedRepo"}, b""
        return self._refusal(name, revision) or self._file(name, filename)

    def _refusal(self, name: str, revision: str) -> tuple[int, dict[str, str], bytes] | None:
        if name not in self.models:
            return 401, {"X-Error-Code": "RepoNotFound"}, b""
        if revision not in ("main", self.COMMIT):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        return None

    def _file(self, name: str, filename: str) -> tuple[int, dict[str, str], bytes]:
        file = self.models[name] / filename
        etag = f'"{name.replace("/", "-")}-{filename.replace("/", "-")}"'
        return 200, {"X-Repo-Commit": self.COMMIT, "ETag": etag}, file.read_bytes()

    def _listing(self, name: str, *, is_tree: bool) -> tuple[int, dict[str, str], bytes]:
        folder = self.models[name]
        files = (file for file in folder.rglob("*") if file.is_file())
        sizes = {str(file.relative_to(folder)): file.stat().st_size for file in files}
        content: object = {
            "id": name,
            "sha": self.COMMIT,
            "siblings": [{"rfilename": name, "size": size} for name, size in sizes.items()],
        }
        if is_tree:
            content = [
                {"type": "file", "path": name, "size": size, "oid": name}
                for name, size in sizes.items()
            ]
        return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()

    def _handler_class(hub) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                status, headers, body = hub.answer(path)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    hub.paths_served.append(path)
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub on this machine, and an empty cache."""
    hub = FakeHub()
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    huggingface_hub.close_session()
    yield hub
    huggingface_hub.close_session()
    hub.stop()
