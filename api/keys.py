"""What handlers find in the app.

Thread: event loop.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from jobs.jobs import Jobs
from model_manager import ModelManager
from settings import Settings

if TYPE_CHECKING:
    from api.endpoints import Endpoint  # which needs what is here

MANAGER: web.AppKey[ModelManager] = web.AppKey("manager", ModelManager)
JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
ENDPOINTS: web.AppKey[tuple["Endpoint", ...]] = web.AppKey("endpoints", tuple)
