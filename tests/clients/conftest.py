"""The app of the API tests, for clients that other people wrote."""

from tests.api.conftest import api, start_api

__all__ = ["api", "start_api"]
