"""What is served over HTTP. Each module adds its routes, and what their handlers share, to the application."""

from collections.abc import Callable

from aiohttp import web

from bot.app import health, metrics_state

ROUTES: tuple[Callable[[web.Application], None], ...] = (health.prepare, metrics_state.prepare)
