"""Each way a prompt may end, in every family's template."""

import pytest

from prompts.ending import render_ending
from prompts.errors import TemplateError
from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage
from prompts.template import ChatTemplate, JinjaTemplate
from tests.prompts.test_round_trip import EVERY_CASE, QUESTION, Case, loaded

QWEN = Qwen25Template()
BEGUN = "Two  spaces,\na line and\n\nthe 서울 😀"


def ending_within(template: ChatTemplate, content: str) -> str:
    chat = [QUESTION, ChatMessage("assistant", content)]
    return render_ending(template, chat, "last message continued")


@EVERY_CASE
@pytest.mark.parametrize("begun", [BEGUN, BEGUN + " ", "I"])
def test_a_prompt_that_is_continued_is_the_longer_message_cut_off(case: Case, begun: str) -> None:
    template, _ = loaded(case)
    longer = ChatMessage("assistant", begun + "end.")
    whole = template.render([QUESTION, longer], add_generation_prompt=False)
    assert ending_within(template, begun) == whole[: whole.rindex("end.")]


@EVERY_CASE
def test_a_chat_as_it_is_opens_no_answer(case: Case) -> None:
    template, _ = loaded(case)
    expected = template.render([QUESTION], add_generation_prompt=False)
    assert render_ending(template, [QUESTION], "chat as it is") == expected


def test_an_answer_that_was_not_begun_is_opened() -> None:
    assert ending_within(QWEN, "") == render_ending(QWEN, [QUESTION], "answer opened")


def test_a_template_that_does_not_show_the_message_is_told() -> None:
    template = JinjaTemplate("{{ messages[0].content }}", special_tokens={})
    with pytest.raises(TemplateError, match="does not let its last message be continued"):
        ending_within(template, "x")
