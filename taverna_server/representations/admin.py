"""The administration interface (protocol dossier 11)."""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import ADMIN, Document, element
from taverna_server.representations.common import link
from taverna_server.representations.texts import Flag, Uri
from taverna_server.representations.usage import UsageRecord


class AdminDescription(Document):
    """GET of ``/admin``: a link for each setting and figure."""

    namespace = ADMIN
    root = "description"

    allow_new = link(ADMIN)
    log_workflows = link(ADMIN)
    log_faults = link(ADMIN)
    usage_record_dump_file = link(ADMIN)
    invokation_count = link(ADMIN)
    run_count = link(ADMIN)
    registry_host = link(ADMIN)
    registry_port = link(ADMIN)
    run_limit = link(ADMIN)
    default_lifetime = link(ADMIN)
    current_runs = link(ADMIN)
    java_binary = link(ADMIN)
    extra_arguments = link(ADMIN)
    server_worker_jar = link(ADMIN)
    server_forker_jar = link(ADMIN)
    execute_workflow_script = link(ADMIN)
    registration_wait_seconds = link(ADMIN)
    registration_poll_millis = link(ADMIN)
    runas_password_file = link(ADMIN)
    startup_time = link(ADMIN)
    last_exit_code = link(ADMIN)
    factory_process_mapping = link(ADMIN)
    usage_records = link(ADMIN)
    users = link(ADMIN)
    operating_limit = link(ADMIN)
    operating_count = link(ADMIN)
    permitted_workflow_uris = link(ADMIN, "permittedWorkflowURIs")
    generate_provenance = link(ADMIN)


class StringList(Document):
    """Several texts."""

    namespace = ADMIN
    root = "stringList"

    string = fields.List(fields.String(), metadata=element(ADMIN))


class UserList(Document):
    """The addresses of the accounts, as texts."""

    namespace = ADMIN
    root = "userList"

    user = fields.List(Uri(), metadata=element(ADMIN))


class UserDescription(Document):
    """An account; ``password`` in requests only."""

    namespace = ADMIN
    root = "userDesc"

    username = fields.String(metadata=element(ADMIN))
    password = fields.String(metadata=element(ADMIN))
    local_user_id = fields.String(metadata=element(ADMIN))
    enabled = Flag(metadata=element(ADMIN))
    admin = Flag(metadata=element(ADMIN))


class UsageRecordList(Document):
    """The usage records of runs that ended."""

    namespace = ADMIN
    root = "usageRecordList"

    usage_record = fields.List(fields.Nested(UsageRecord), metadata=element(ADMIN))
