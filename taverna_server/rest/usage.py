"""Usage records as documents (protocol dossier 9.4)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from taverna_server.model.events import Usage
from taverna_server.representations import XML, write
from taverna_server.representations.usage import UsageRecord
from taverna_server.rest.dates import write_time


def usage_record(usage: Usage) -> bytes:
    """The record in XML."""
    return write(UsageRecord, described(usage), XML)


def described(usage: Usage) -> dict[str, Any]:
    """The data of a ``UsageRecord``. The same run has the same record id, always."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:uuid:{usage.run_id}#usage")
    return {
        "record_identity": {
            "record_id": str(identity),
            "create_time": write_time(usage.created),
        },
        "user_identity": [{"local_user_id": usage.local_user}],
        "job_name": usage.run_id,
        "status": usage.status,
        "disk": [{"storage_unit": "B", "amount": usage.disk}],
        "cpu_duration": _processor_time(usage),
        "host": usage.host,
        **_times(usage),
        **_exit_code(usage),
    }


def write_duration(seconds: float) -> str:
    """``P0Y0M0DT0H0M12.345S``."""
    days, rest = divmod(round(seconds * 1000), 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"P0Y0M{days}DT{hours}H{minutes}M{rest // 1000}.{rest % 1000:03}S"


def _processor_time(usage: Usage) -> list[dict[str, str]]:
    measured = {"user": usage.cpu_user, "system": usage.cpu_system}
    return [
        {"usage_type": kind, "duration": write_duration(seconds)}
        for kind, seconds in measured.items()
        if seconds is not None
    ]


def _times(usage: Usage) -> dict[str, str]:
    if usage.started is None or usage.finished is None:
        return {}
    took = max(usage.finished - usage.started, timedelta())
    return {
        "start_time": write_time(usage.started),
        "end_time": write_time(usage.finished),
        "wall_duration": write_duration(took.total_seconds()),
    }


def _exit_code(usage: Usage) -> dict[str, Any]:
    if usage.exit_code is None:
        return {}
    return {"resource": [{"description": "exitcode", "value": str(usage.exit_code)}]}
