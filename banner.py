"""What the terminal shows once the server is ready.

Thread: event loop.
"""

from settings import RECOMMENDED_MODEL, TINY_MODEL_NAME, read_version


def show(*, model_name: str, url: str, context_length: int) -> None:
    """Print where the server is and what to type next."""
    print(text(model_name=model_name, url=url, context_length=context_length), flush=True)


def text(*, model_name: str, url: str, context_length: int) -> str:
    """The base URL, a request to paste and, for the demo model, the way to a real one."""
    lines = [
        "",
        f"  Hearth {read_version()} serves {model_name} ({context_length} tokens of context)",
        f"  Base URL for clients:  {url}/v1",
        "  Try it:",
        f"    curl {url}/v1/chat/completions -d '"
        '{"model": "default", "messages": [{"role": "user", "content": "What is Hearth?"}]}\'',
    ]
    if model_name == TINY_MODEL_NAME:
        lines += [
            "  This is the bundled demo model: it shows that everything works and knows little.",
            "  For real work (a download of 4.3 GB; needs Apple silicon to be fast):",
            f"    ./run.sh --model {RECOMMENDED_MODEL}",
        ]
    return "\n".join([*lines, "  Stop with Ctrl-C.", ""])
