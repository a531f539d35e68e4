"""What handlers find in the app.

Thread: event loop.
"""

from aiohttp import web

from api.endpoints import Endpoint
from jobs.jobs import Jobs
from model_manager import ModelManager
from settings import Settings

MANAGER: web.AppKey[ModelManager] = web.AppKey("manager", ModelManager)
JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
ENDPOINTS: web.AppKey[tuple[Endpoint, ...]] = web.AppKey("endpoints", tuple)
