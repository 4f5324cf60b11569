"""Puts the web application together.

``create_app`` takes a configuration and gives a WSGI application; ``wsgi`` does
the same from the environment, for web servers other than that of ``serve``
(``gunicorn 'taverna_server.app:wsgi()'``). Every process makes its own and opens
the database for itself: connections must not cross a fork.
"""

from __future__ import annotations

import logging
import os

from flask import Flask, Response, request
from werkzeug.routing import IntegerConverter, Map

import taverna_server
from taverna_server import player, web
from taverna_server.auth import Authenticator, Sessions, SignIn
from taverna_server.config import Config, load_config
from taverna_server.manager import RunManager
from taverna_server.reana import routes as reana
from taverna_server.rest import admin, tree
from taverna_server.rest.metrics import count_requests
from taverna_server.serving import errors, faces, sessions
from taverna_server.serving.access import authenticate
from taverna_server.serving.bodies import check_framing, close_if_unread
from taverna_server.serving.context import NAME, Services
from taverna_server.serving.delivery import deliver
from taverna_server.serving.faces import Face, below
from taverna_server.serving.forms import close_files
from taverna_server.serving.middleware import (
    REQUEST_ID,
    WithoutAccessToken,
    WithoutDeploymentPath,
    WithRequestId,
)
from taverna_server.serving.pages import allow_reading
from taverna_server.serving.paths import WithPlayerPaths
from taverna_server.serving.views import join, wants_json
from taverna_server.store import Store

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def write_error_of_player(error: Exception, status: int, message: str) -> Response:
    """A page for people, a document for programs."""
    write = player.write_error if wants_json() else web.write_error
    return write(error, status, message)


def owned_by_player(path: str) -> bool:
    """What people and their scripts use."""
    return path == "/" or below(*web.PLACES)(path)


def write_error_of_admin(error: Exception, status: int, message: str) -> Response:
    """As programs have it, but for browsers; they may say who they are in either way."""
    write = web.write_error if web.is_browser() else errors.write_sentence
    return write(error, status, message)


def write_error_elsewhere(error: Exception, status: int, message: str) -> Response:
    """As Taverna Server writes it; people who followed a wrong link have a page."""
    lost = status == 404 and web.is_browser() and not below(*OF_TAVERNA)(request.path)
    if not lost:
        return errors.write_sentence(error, status, message)
    sessions.recognize()
    return web.write_error(error, status, message)


OF_TAVERNA = ("/rest", "/feed", "/metrics", "/health")
FACES = (
    Face("player", owned_by_player, write_error_of_player, sessions.identify),
    Face("admin", below("/admin"), write_error_of_admin, sessions.identify),
    Face("reana", reana.owns, reana.write_error, reana.identify),
    Face("taverna", lambda path: True, write_error_elsewhere),
)
"""The first that owns a path has it; the last one owns the rest."""


class Number(IntegerConverter):
    """An id of the Player interface: what no database takes is no such resource."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


class Application(Flask):
    """Flask with the habits of the original: no redirects, OPTIONS as clients read it."""

    def __init__(self) -> None:
        super().__init__("taverna_server", static_folder=None)
        self.url_map = Map(strict_slashes=False, merge_slashes=False)
        self.url_map.converters.update({**tree.CONVERTERS, **reana.CONVERTERS, "int": Number})

    def make_default_options_response(self) -> Response:
        """200, no body, and ``Allow`` without blanks (protocol dossier 2.5)."""
        adapter = self.create_url_adapter(request)
        methods = adapter.allowed_methods() if adapter else []
        headers = {"Allow": errors.allow_header(methods), "Content-Length": "0"}
        return Response(headers=headers, content_type="application/octet-stream")


def create_app(config: Config) -> Flask:
    """The application with all its parts."""
    store = Store.open(config)
    app = Application()
    manager = RunManager(store, config)
    authenticator = Authenticator(store, config)
    app.extensions[NAME] = Services(
        config,
        manager,
        authenticator,
        Sessions(store, config),
        SignIn(store, authenticator, config),
    )
    app.before_request(manager.requests.one)
    count_requests(app)
    app.before_request(check_framing)
    app.before_request(authenticate)
    app.after_request(sign)
    app.after_request(close_if_unread)
    app.after_request(allow_reading)
    app.after_request(deliver)
    app.teardown_request(close_files)
    app.extensions[faces.NAME] = FACES
    app.extensions[admin.PAGE] = web.admin.overview.get_overview
    app.register_blueprint(tree.blueprint())
    for front in tree.FRONT:
        app.register_blueprint(front)
    app.register_blueprint(join("player", player.views, web.views))
    for place in reana.blueprints():
        app.register_blueprint(place)
    errors.register(app)
    inner = WithPlayerPaths(WithoutAccessToken(app.wsgi_app))
    app.wsgi_app = WithRequestId(WithoutDeploymentPath(inner))  # type: ignore[method-assign]
    return app


def sign(response: Response) -> Response:
    """Who answered, under which name the log knows it, and that types are not to be guessed."""
    response.headers["Server"] = f"taverna-server/{taverna_server.__version__}"
    response.headers["X-Request-ID"] = request.environ[REQUEST_ID]
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def wsgi() -> Flask:
    """The application for a web process, configured by its environment."""
    config = load_config(environ=os.environ)
    logging.basicConfig(level=config.log_level.upper(), format=LOG_FORMAT)
    return create_app(config)
