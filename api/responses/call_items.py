"""A call under way, of a function or of a custom tool.

Thread: event loop.
"""

from api.ids import new_id
from api.responses.answer_types import CustomCallItem, FunctionCallItem, ItemStatus
from api.responses.custom_input import CustomInput
from api.responses.event_types import StreamEvent
from api.responses.items import ItemPlace
from api.responses.tools import SentTool
from prompts.answer import AnswerEvent, ToolCallArguments


class OpenFunctionCall:
    """A call of a function. Its name may be one that no tool has: models make mistakes."""

    def __init__(self, place: ItemPlace, name: str, tool: SentTool | None) -> None:
        self._place = place
        self._pieces: list[str] = []
        self._id = f"fc_{new_id()}"
        self.item: FunctionCallItem = {
            "id": self._id,
            "type": "function_call",
            "status": "in_progress",
            "call_id": _new_call_id(),
            "name": tool.definition.name if tool else name,
            "arguments": "",
        }
        if tool and tool.namespace:
            self.item["namespace"] = tool.namespace

    def open(self) -> list[StreamEvent]:
        return []

    def push(self, event: AnswerEvent) -> list[StreamEvent]:
        assert isinstance(event, ToolCallArguments)
        self._pieces.append(event.text)
        return [
            {
                "type": "response.function_call_arguments.delta",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "delta": event.text,
            }
        ]

    def close(self, status: ItemStatus) -> list[StreamEvent]:
        arguments = self.item["arguments"] = "".join(self._pieces)
        self.item["status"] = status
        return [
            {
                "type": "response.function_call_arguments.done",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "name": self.item["name"],
                "arguments": arguments,
            }
        ]


class OpenCustomCall:
    """A call of a custom tool."""

    def __init__(self, place: ItemPlace, tool: SentTool) -> None:
        self._place = place
        self._input = CustomInput()
        self._pieces: list[str] = []
        self._id = f"ctc_{new_id()}"
        self.item: CustomCallItem = {
            "id": self._id,
            "type": "custom_tool_call",
            "status": "in_progress",
            "call_id": _new_call_id(),
            "name": tool.definition.name,
            "input": "",
        }
        if tool.namespace:
            self.item["namespace"] = tool.namespace

    def open(self) -> list[StreamEvent]:
        return []

    def push(self, event: AnswerEvent) -> list[StreamEvent]:
        assert isinstance(event, ToolCallArguments)
        return self._deltas(self._input.push(event.text))

    def close(self, status: ItemStatus) -> list[StreamEvent]:
        deltas = self._deltas(self._input.finish())
        text = self.item["input"] = "".join(self._pieces)
        self.item["status"] = status
        return [
            *deltas,
            {
                "type": "response.custom_tool_call_input.done",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "input": text,
            },
        ]

    def _deltas(self, text: str) -> list[StreamEvent]:
        if not text:
            return []
        self._pieces.append(text)
        return [
            {
                "type": "response.custom_tool_call_input.delta",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "delta": text,
            }
        ]


def _new_call_id() -> str:
    return f"call_{new_id()[:24]}"
