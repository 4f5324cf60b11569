"""What monitoring reads: ``/health`` for a load balancer, ``/metrics`` for Prometheus.

Requests are counted in each web process, in files that all of them can read
where ``serve`` names a directory for that (``PROMETHEUS_MULTIPROC_DIR``); so
whichever process is asked answers for all. A route is counted by its pattern:
what clients make up does not become a label. Nothing here goes through runs.

``/health`` is for everybody and says no more than well or not. ``/metrics`` is for
administrators, and for programs on this machine.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, g, json, request
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from taverna_server.errors import NotAuthenticated, NotPermitted
from taverna_server.manager.condition import Condition
from taverna_server.rest.operations import answers_with, offers
from taverna_server.rest.resources import METHODS
from taverna_server.serving.access import is_local
from taverna_server.serving.context import manager
from taverna_server.serving.negotiation import JSON, TEXT

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
_KNOWN = {*METHODS, "HEAD", "OPTIONS"}

REQUESTS = Counter(
    "taverna_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "taverna_http_request_seconds", "Until the answer began.", ["method"], buckets=_BUCKETS
)

blueprint = Blueprint("metrics", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/health")
@offers(JSON)
def get_health() -> Response:
    """Well (200), or not (503): whether the database answers and the reconciler is there."""
    try:
        reconciling = manager().condition().reconciling
    except Exception:
        log.exception("the database does not answer")
        return _health(database=False, reconciler=False)
    return _health(database=True, reconciler=reconciling)


@blueprint.get("/metrics")
@answers_with(TEXT)
def get_metrics() -> Response:
    """Counters for Prometheus."""
    if not is_local():
        _require_administrator()
    registry = CollectorRegistry()
    if os.environ.get(DIRECTORY):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(_Runs(manager().condition()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _health(**parts: bool) -> Response:
    words = {name: "ok" if well else "down" for name, well in parts.items()}
    status = 200 if all(parts.values()) else 503
    body = json.dumps({"status": "ok" if status == 200 else "down", **words})
    return Response(body, status, content_type=JSON)


def _require_administrator() -> None:
    user = g.get("caller")
    if user is None:
        raise NotAuthenticated("say who you are")
    if not user.admin:
        raise NotPermitted("Access is denied")


def count_requests(app: Flask) -> None:
    """Count every request that the application answers."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        method = request.method if request.method in _KNOWN else "other"
        route = request.url_rule.rule if request.url_rule else "none"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(method).observe(time.perf_counter() - g.began)
        return response


class _Runs(Collector):
    """The store's counters, as they are now."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def collect(self) -> Iterator[Metric]:
        found, policy = self._condition, manager().policy()
        yield GaugeMetricFamily("taverna_runs", "Runs in any state.", found.runs)
        yield GaugeMetricFamily("taverna_runs_operating", "Operating runs.", found.operating)
        yield GaugeMetricFamily("taverna_runs_limit", "Runs allowed.", policy.run_limit)
        yield GaugeMetricFamily(
            "taverna_runs_operating_limit", "Operating runs allowed.", policy.operating_limit
        )
        yield GaugeMetricFamily(
            "taverna_reconciler_up", "Whether the reconciler works.", int(found.reconciling)
        )
