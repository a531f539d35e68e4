"""What one endpoint is: how it is reached, what answers it, and the types of what goes in and out.

Thread: event loop. The routes and the OpenAPI document both come from it.
"""

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from access.keys import Scope
from api.middleware import Handler, answer_expect
from api.validation import WireModel

JSON = "application/json"
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path. The handler's docstring is what the document says about it.

    `answer` is a TypedDict, or another type that pydantic can write as a JSON schema. It comes with
    every one of `statuses`; all others are errors. `event` is one item of a stream, if the
    endpoint can stream; `stream_type` is the stream's media type. `form` is a body that is
    multipart/form-data, `query` the parameters behind the path, and `errors` are statuses beside
    those that every endpoint may answer with. A key needs the `scope`; with None any key will do,
    and what `is_public` needs none.
    """

    method: str
    path: str
    handler: Handler
    answer: object
    body: type[WireModel] | None = None
    event: object = None
    statuses: tuple[int, ...] = (200,)
    answer_type: str = JSON
    stream_type: str = EVENT_STREAM
    form: type[WireModel] | None = None
    query: type[WireModel] | None = None
    errors: tuple[int, ...] = ()
    scope: Scope | None = "chat"
    is_public: bool = False

    @property
    def route(self) -> web.RouteDef:
        """The route as aiohttp takes it; a GET answers HEAD too."""
        return web.route(self.method, self.path, self.handler, expect_handler=answer_expect)


get = partial(Endpoint, "GET")
put = partial(Endpoint, "PUT")
post = partial(Endpoint, "POST")
delete = partial(Endpoint, "DELETE")
