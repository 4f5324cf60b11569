"""What a run used: OGF Usage Record 1.0, the part in use (protocol dossier 9.4).

Times and durations are texts here, in the form of XML Schema.
"""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import URF, Document, attribute, element, text
from taverna_server.representations.texts import Count, Duration, Time, Word

STATUSES = ("Aborted", "Completed", "Failed", "Held", "Queued", "Started", "Suspended")


class RecordIdentity(Document):
    """Which record this is, and when it was made."""

    namespace = URF

    record_id = fields.String(required=True, metadata=attribute(URF))
    create_time = Time(metadata=attribute(URF))


class UserIdentity(Document):
    """The operating system user."""

    namespace = URF

    local_user_id = fields.String(metadata=element(URF, "LocalUserId"))


class Disk(Document):
    """Space used."""

    namespace = URF

    storage_unit = fields.String(metadata=attribute(URF))
    amount = Count(required=True, metadata=text())


class CpuDuration(Document):
    """Processor time, of ``user`` or ``system``."""

    namespace = URF

    usage_type = Word(("user", "system"), metadata=attribute(URF))
    duration = Duration(required=True, metadata=text())


class Resource(Document):
    """Anything else; the exit code has the description ``exitcode``."""

    namespace = URF

    description = fields.String(metadata=attribute(URF))
    value = fields.String(metadata=text())


class UsageRecord(Document):
    """The record of one run."""

    namespace = URF
    root = "UsageRecord"

    record_identity = fields.Nested(
        RecordIdentity, required=True, metadata=element(URF, "RecordIdentity")
    )
    user_identity = fields.List(fields.Nested(UserIdentity), metadata=element(URF, "UserIdentity"))
    job_name = fields.String(metadata=element(URF, "JobName"))
    status = Word(STATUSES, required=True, metadata=element(URF, "Status"))
    disk = fields.List(fields.Nested(Disk), metadata=element(URF, "Disk"))
    cpu_duration = fields.List(fields.Nested(CpuDuration), metadata=element(URF, "CpuDuration"))
    start_time = Time(metadata=element(URF, "StartTime"))
    end_time = Time(metadata=element(URF, "EndTime"))
    wall_duration = Duration(metadata=element(URF, "WallDuration"))
    host = fields.String(metadata=element(URF, "Host"))
    resource = fields.List(fields.Nested(Resource), metadata=element(URF, "Resource"))
