"""All model families, and which one a model is of.

Thread: both.
"""

from collections.abc import Iterable

from prompts.family import ModelFamily
from prompts.formats.by_mlx_lm import GEMMA_4, KIMI_K2, LFM2, MINIMAX_M2
from prompts.formats.deepseek import DEEPSEEK, DEEPSEEK_R1, DEEPSEEK_V4, DEEPSEEK_V32
from prompts.formats.glm import GLM
from prompts.formats.gpt_oss import GPT_OSS
from prompts.formats.llama import LLAMA
from prompts.formats.mistral import MISTRAL, MISTRAL_LIST
from prompts.formats.plain import PLAIN
from prompts.formats.qwen import QWEN, QWEN_CODER

FAMILIES: tuple[ModelFamily, ...] = (
    GPT_OSS,
    GEMMA_4,
    LFM2,
    KIMI_K2,
    MINIMAX_M2,
    DEEPSEEK_V32,
    DEEPSEEK_V4,
    DEEPSEEK_R1,
    DEEPSEEK,
    MISTRAL_LIST,
    MISTRAL,
    GLM,
    QWEN_CODER,
    QWEN,
    LLAMA,
    PLAIN,
)
"""The first that fits is taken; so those with rare markers come before those with common ones."""


def find_family(chat_templates: Iterable[str]) -> ModelFamily:
    """The family by the text of a model's chat templates; the format, not the name, decides."""
    text = "\n".join(chat_templates)
    return next(family for family in FAMILIES if family.fits(text))
