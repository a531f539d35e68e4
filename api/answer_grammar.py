"""The grammar that keeps an answer to what was asked for: a format, calls, or either.

Thread: event loop.
"""

from dataclasses import replace

import orjson

from api.errors import InvalidRequest
from api.output_format import OutputFormat
from api.tool_use import ToolUse
from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import Grammar
from batching.errors import InvalidGrammar
from batching.grammar_source import JSON_WHITESPACE
from prompts.encoder import EncodedPrompt
from prompts.tool_grammar import tool_grammar
from served_model import ServedModel


async def answer_grammar(
    model: ServedModel, prompt: EncodedPrompt, tool_use: ToolUse, output: OutputFormat | None
) -> CompiledGrammar | None:
    """The grammar of the answer to this prompt, ready for the model; None is any text.

    Raises:
        InvalidRequest: the model cannot be kept to it; names the field.
        NotServing: the model is shutting down.
    """
    if tool_use.is_required:
        output = None  # there will be no text
    if tool_use.tools and (tool_use.is_enforced or output):
        return await _calls_grammar(model, prompt, tool_use, output)
    if output is None:
        return None
    grammar = _placed(Grammar(output.kind, output.source), model, prompt, is_text=True)
    return await _compiled(grammar, model, param=output.param)


async def text_grammar(model: ServedModel, output: OutputFormat | None) -> CompiledGrammar | None:
    """The same for an answer that is text from its first token on.

    Raises:
        InvalidRequest: the model cannot be kept to it; names the field.
        NotServing: the model is shutting down.
    """
    if output is None:
        return None
    return await _compiled(Grammar(output.kind, output.source), model, param=output.param)


async def _compiled(grammar: Grammar, model: ServedModel, *, param: str) -> CompiledGrammar:
    try:
        return await model.compile_grammar(grammar)
    except InvalidGrammar as fault:
        raise _refused(param, fault) from None


async def _calls_grammar(
    model: ServedModel, prompt: EncodedPrompt, tool_use: ToolUse, output: OutputFormat | None
) -> CompiledGrammar:
    source = tool_grammar(
        model.family,
        tool_use.allowed,
        is_required=tool_use.is_required,
        may_be_several=tool_use.may_be_several,
        marker_ids=model.marker_ids,
        answer_schema=_answer_schema(output) if output else None,
    )
    grammar = _placed(Grammar("lark", source), model, prompt, is_text=False)
    try:
        return await model.compile_grammar(grammar)
    except InvalidGrammar as fault:
        await _blame(model, tool_use, output)
        raise _refused("tools", fault) from None


def _answer_schema(output: OutputFormat) -> dict[str, object]:
    schema = output.schema
    if schema is None:
        raise InvalidRequest(
            f"'{output.param}' cannot be kept to together with tools that may be called; "
            "a JSON schema can.",
            param=output.param,
        )
    return {"x-guidance": {"whitespace_pattern": JSON_WHITESPACE}, **schema}


def _placed(
    grammar: Grammar, model: ServedModel, prompt: EncodedPrompt, *, is_text: bool
) -> Grammar:
    """The grammar behind the model's thinking, if it thinks.

    Where text has a mark of its own, as gpt-oss's final channel, it begins behind that. Other
    models have been made to think by the prompt, or may do so if they know the token for it.
    """
    family, encode = model.family, model.tokenizer.encode
    if is_text and family.call_shape.text_begin:
        return replace(grammar, begins_after=tuple(encode(family.call_shape.text_begin)))
    thinking = family.thinking
    thinks_with = model.marker_ids.get(thinking.begin)
    is_over = prompt.text.rstrip().endswith(thinking.end)
    if thinking.is_open_in(prompt.text):
        thinks_with = None
    elif thinks_with is None or is_over:
        return grammar
    return replace(grammar, begins_after=tuple(encode(thinking.end)), postponed_by=thinks_with)


async def _blame(model: ServedModel, tool_use: ToolUse, output: OutputFormat | None) -> None:
    """Raise for the part of a grammar that cannot be kept to by itself."""
    schemas = [
        (f"{tool_use.param_of(tool)}.parameters", tool.parameters) for tool in tool_use.allowed
    ]
    if output and output.schema is not None:
        schemas.append((output.param, output.schema))
    for param, schema in schemas:
        grammar = Grammar("json_schema", orjson.dumps(schema).decode())
        await _compiled(grammar, model, param=param)


def _refused(param: str, fault: InvalidGrammar) -> InvalidRequest:
    return InvalidRequest(f"Invalid '{param}': {fault}", param=param)
