"""What a view needs besides its request: the manager, the settings, the caller."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g

from taverna_server.auth import Authenticator, Sessions, SignIn
from taverna_server.config import Config
from taverna_server.errors import NotAuthenticated
from taverna_server.manager import RunManager
from taverna_server.model.identity import User

NAME = "taverna_server"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the server that the faces talk to, put together in ``app.py``."""

    config: Config
    manager: RunManager
    authenticator: Authenticator
    sessions: Sessions
    sign_in: SignIn


def services() -> Services:
    """Those of the application that serves this request."""
    found: Services = current_app.extensions[NAME]
    return found


def manager() -> RunManager:
    return services().manager


def config() -> Config:
    return services().config


def caller() -> User:
    """Who sent the request. Raises NotAuthenticated when nobody has to say so here."""
    user = caller_or_none()
    if user is None:
        raise NotAuthenticated("say who you are")
    return user


def caller_or_none() -> User | None:
    """Who sent the request; None for somebody who did not say."""
    found: User | None = g.get("caller")
    return found
