"""GET /metrics: everything that is counted, as Prometheus reads it.

Thread: event loop; what may take time is done in asyncio's own pool.
"""

import asyncio

from aiohttp import web

from api.caller import caller_of
from api.keys import JOBS, MANAGER, SETTINGS
from api.metrics_readings import read_everything
from api.request_counts import REQUEST_COUNTS
from telemetry.exposition import MetricsPage
from telemetry.machine import read_machine_use


async def show_metrics(request: web.Request) -> web.Response:
    """Counters, gauges and histograms for Prometheus; OpenMetrics if `Accept` asks for it."""
    app, headers = request.app, request.headers
    machine = await asyncio.to_thread(read_machine_use, app[SETTINGS].data_dir)
    model = app[MANAGER].default
    shows_keys = caller_of(request).sees_all
    page = MetricsPage(
        read_everything(model, app[JOBS], app[REQUEST_COUNTS], machine, shows_keys=shows_keys)
    )
    written = await asyncio.to_thread(
        page.write,
        accept=headers.get("Accept", ""),
        accept_encoding=headers.get("Accept-Encoding", ""),
    )
    sent = {"Content-Type": written.content_type, "Vary": "Accept, Accept-Encoding"}
    if written.is_gzip:
        sent["Content-Encoding"] = "gzip"
    return web.Response(body=written.body, headers=sent)
