"""The web application: middleware, limits, and what it keeps.

Thread: event loop.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from api.access import DOOR, ENDPOINT_OF, endpoints_by_route, let_in, open_door, watch_keys
from api.batches.lines import ModelLines
from api.draining import close_while_draining
from api.idempotency import KEPT, KeptResponses, answer_once, close_kept
from api.json_body import ARRIVING, ArrivingBodies
from api.keys import ENDPOINTS, JOBS, MANAGER, SETTINGS
from api.middleware import add_headers, answer_errors, log_requests
from api.origin_check import SenderCheck
from api.performance import log_performance
from api.request_counts import REQUEST_COUNTS, RequestCounts, count_requests
from api.reuse import add_cache_header, read_cache_control
from api.route_table import ROUTES
from jobs.jobs import JobLimits, Jobs
from model_manager import ModelManager
from settings import Settings

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000


def make_app(manager: ModelManager, settings: Settings) -> web.Application:
    """Put the application together; api.bad_http.Runner runs it.

    Raises:
        KeysProblem: API keys or tokens cannot be used.
    """
    max_body_bytes = int(settings.max_body_mb * MEGABYTE)
    senders = SenderCheck(hosts=settings.allowed_hosts, origins=settings.allowed_origins)
    app = web.Application(
        middlewares=[
            log_requests,
            count_requests,
            answer_errors,
            senders.let_pass,
            let_in,
            read_cache_control,
            answer_once,
        ],
        client_max_size=max_body_bytes,
    )
    app[MANAGER] = manager
    app[SETTINGS] = settings
    app[REQUEST_COUNTS] = RequestCounts()
    app[ARRIVING] = ArrivingBodies()
    app[JOBS] = Jobs(
        settings.data_dir,
        ModelLines(manager, settings),
        JobLimits(int(settings.files_gb * GIGABYTE), max_line_bytes=max_body_bytes),
    )
    app[ENDPOINTS] = ROUTES
    app[KEPT] = KeptResponses(settings.data_dir)
    app[DOOR] = open_door(settings)
    app.cleanup_ctx.extend((close_kept, run_jobs, watch_keys, log_performance))
    app.on_response_prepare.extend((add_headers, add_cache_header, close_while_draining))
    routes = app.add_routes([endpoint.route for endpoint in ROUTES])
    app[ENDPOINT_OF] = endpoints_by_route(routes, ROUTES)
    return app


async def run_jobs(app: web.Application) -> AsyncIterator[None]:
    """Files and batches, from before the port opens until it is closed."""
    await app[JOBS].start()
    yield
    await app[JOBS].stop()
