"""The server as its clients see it: is it there, who am I, what can it do."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

import taverna_server
from taverna_server.manager.consumption import Used
from taverna_server.reana.answers import answer, human_size, human_time
from taverna_server.reana.dialect import access_token, caller
from taverna_server.serving.context import config, manager

blueprint = Blueprint("system", __name__)

API_VERSION = "0.9.4"
"""Of REANA's servers: the one whose API this is."""
WORKSPACE = "/var/reana"
"""The name that clients know of the place where all workspaces are."""
BACKENDS = ("local", "kubernetes")
"""Steps run on this machine, whichever of the two they ask for."""


@blueprint.get("/ping")
def ping() -> Response:
    return answer({"message": "OK", "status": "200", "reana_server_version": API_VERSION})


@blueprint.get("/you")
def you() -> Response:
    user = caller()
    used = manager().consumption(user.name)
    return answer(
        {
            "email": user.email or user.name,
            "full_name": user.full_name or user.name,
            "username": user.name,
            "reana_server_version": f"{API_VERSION} (taverna-server {taverna_server.__version__})",
            "reana_token": {"value": access_token(), "status": "active", "requested_at": ""},
            "quota": {
                "cpu": _quota(used["cpu"], human_time),
                "disk": _quota(used["disk"], human_size),
            },
        }
    )


def _quota(used: Used, words: Callable[[int], str]) -> dict[str, object]:
    """``limit`` and ``health`` only where there is a limit (REANA dossier 5.2)."""
    usage = {"raw": used.usage, "human_readable": words(used.usage)}
    if not used.limit:
        return {"usage": usage}
    limit = {"raw": used.limit, "human_readable": words(used.limit)}
    return {"usage": usage, "limit": limit, "health": used.health}


@blueprint.get("/info")
def info() -> Response:
    caller()
    return answer({key: {"title": title, "value": value} for key, title, value in _facts()})


def _facts() -> list[tuple[str, str, object]]:
    days = str(config().reana_lifetime)
    return [
        ("compute_backends", "List of supported compute backends", list(BACKENDS)),
        ("default_workspace", "Default workspace", WORKSPACE),
        ("workspaces_available", "List of available workspaces", [WORKSPACE]),
        ("default_kubernetes_memory_limit", "Default memory limit of a step", None),
        ("kubernetes_max_memory_limit", "Maximum allowed memory limit of a step", None),
        ("maximum_workspace_retention_period", "Maximum retention period, in days", days),
        ("maximum_interactive_session_inactivity_period", "Notebooks: there are none", None),
        ("supported_workflow_engines", "List of supported workflow engines", list(_ENGINES)),
    ]


_ENGINES = ("cwl", "serial", "snakemake", "taverna", "yadage")


@blueprint.get("/status")
def status() -> Response:
    """How much of the server is in use."""
    caller()
    now, policy = manager().condition(), manager().policy()
    return answer(
        {
            "workflow": _share(now.operating, policy.operating_limit, 0),
            "job": _share(now.operating, policy.operating_limit, 1),
            "session": _share(0, 0, 2),
            "node": _share(0, 1, 3),
        }
    )


def _share(running: int, total: int, place: int) -> dict[str, object]:
    available = max(total - running, 0)
    percentage = round(100 * available / total) if total else 0
    health = "healthy" if percentage > 20 else "warning" if percentage else "critical"
    counts = {"running": running, "available": available, "total": total, "pending": 0, "queued": 0}
    return {**counts, "percentage": percentage, "sort": place, "health": health}


@blueprint.get("/config")
def settings() -> Response:
    """What a user interface would want to know."""
    caller()
    return answer(
        {
            "announcement": None,
            "polling_secs": 15,
            "hide_signup": True,
            "local_users": True,
            "quota_enabled": bool(config().reana_disk_quota or config().reana_cpu_quota),
            "cwl_engine": "cwltool",
            "client_pyvenv": "reana-client==0.9.6",
        }
    )
