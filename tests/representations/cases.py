"""Documents as the dossier shows them: resource/case, its schema, its data."""

from __future__ import annotations

from typing import Any

from taverna_server.representations import Link, usage
from taverna_server.representations import admin as adm
from taverna_server.representations import directory as wd
from taverna_server.representations import inputs as inp
from taverna_server.representations import listeners as lis
from taverna_server.representations import outputs as out
from taverna_server.representations import run as runs
from taverna_server.representations import security as sec
from taverna_server.representations import server as srv
from taverna_server.representations.binding import Document

BASE = "https://taverna.example.org:8443/taverna-server"
REST = f"{BASE}/rest"
ID = "5f2d9c1e-8b47-4c36-a1d0-7e93b6c4f218"
OTHER = "c0a6e4d2-1f3b-4e8a-9d57-2b64f0e1a983"
RUN = f"{REST}/runs/{ID}"
CREDENTIALS = f"{RUN}/security/credentials"
TRUSTS = f"{RUN}/security/trusts"
VERSIONS = {
    "server_version": "2.5.4",
    "server_revision": "d41c0ffee (tag: 2.5.4)",
    "server_build_timestamp": "25.04.2014 @ 10:54:50 BST",
}
OF_RUN = {"workflow_id": "", "workflow_run": RUN, "workflow_run_id": ID}
FABRICS = srv.EnabledNotificationFabrics

Case = tuple[type[Document], dict[str, Any]]


def links(base: str, **paths: str) -> dict[str, Link]:
    """A link for each name, to its path below the base."""
    return {name: Link(f"{base}/{path}") for name, path in paths.items()}


RUN_LINKS = links(
    RUN,
    creation_workflow="workflow",
    create_time="createTime",
    start_time="startTime",
    finish_time="finishTime",
    status="status",
    working_directory="wd",
    inputs="input",
    output="output",
    security_context="security",
    interaction="interaction",
    name="name",
    stdout="stdout",
    stderr="stderr",
    usage="usage",
    log="log",
    run_bundle="run-bundle",
    generate_provenance="generate-provenance",
)
RUN_DESCRIPTION = VERSIONS | {
    "owner": "alice",
    "expiry": Link(f"{RUN}/expiry", "20240501T203520.135+0100"),
    **RUN_LINKS,
    "listeners": {"href": f"{RUN}/listeners", "listener": [Link(f"{RUN}/listeners/io")]},
}
PROPERTY_LINKS = [
    {"name": name, "href": f"{RUN}/listeners/io/properties/{name}"}
    for name in ("stdout", "stderr", "exitcode", "readyToNotify", "notificationAddress")
]
IO = {
    "name": "io",
    "type": "io",
    "configuration": Link(f"{RUN}/listeners/io/configuration"),
    "properties": {"property": PROPERTY_LINKS},
    **VERSIONS,
}
USERPASS = {
    "kind": "userpass",
    "href": f"{CREDENTIALS}/0c9b7a52-5d0e-4f4e-8a36-91d2b7c3e640",
    "service_uri": "https://services.example.com/secure.wsdl",
    "username": "alice77",
    "password": "looking-glass",
}
KEYPAIR = {
    "kind": "keypair",
    "href": f"{CREDENTIALS}/b1f36c08-47a9-4c57-92e1-d05c6a7e8f13",
    "service_uri": "https://grid.example.org/",
    "credential_name": "Imported Certificate",
    "credential_file": "alice.p12",
    "file_type": "PKCS12",
    "unlock_password": "rabbit-hole",
    "credential_bytes": b"",
}
TRUST = {
    "href": f"{TRUSTS}/7e24d9b0-3c81-4a6f-b5d2-0f9ac8e1d374",
    "file_type": "X.509",
    "certificate_bytes": b"0\x82\x01\xb3 sample certificate bytes",
    "server_name": ["services.example.com"],
}
USAGE = {
    "record_identity": {
        "record_id": "e90a41d7-2b6c-4385-9f0d-5c18d7b3a264",
        "create_time": "2024-05-01T20:52:30.753+01:00",
    },
    "user_identity": [{"local_user_id": "taverna"}],
    "job_name": ID,
    "status": "Completed",
    "disk": [{"storage_unit": "B", "amount": 40960}],
    "cpu_duration": [
        {"usage_type": "user", "duration": "P0Y0M0DT0H0M5.230S"},
        {"usage_type": "system", "duration": "P0Y0M0DT0H0M0.410S"},
    ],
    "start_time": "2024-05-01T20:52:18.408+01:00",
    "end_time": "2024-05-01T20:52:30.753+01:00",
    "wall_duration": "P0Y0M0DT0H0M12.345S",
    "host": "worker1.example.org",
    "resource": [{"description": "exitcode", "value": "0"}],
}


def file_at(path: str, media_type: str, size: int) -> out.PortValue:
    """A value below ``out``."""
    return out.PortValue(f"{RUN}/wd{path}", path, media_type, size)


def error_at(path: str, size: int) -> out.PortError:
    """A failure below ``out``."""
    return out.PortError(f"{RUN}/wd{path}", path, size)


def list_at(path: str, *items: out.PortContent) -> out.PortList:
    """A list below ``out``."""
    return out.PortList(f"{RUN}/wd{path}", len(items), list(items))


PAGES = list_at(
    "/out/PAGES",
    file_at("/out/PAGES/1", "text/plain", 2048),
    out.PortAbsent(),
    error_at("/out/PAGES/3.error", 97),
)
TABLE = list_at(
    "/out/TABLE",
    list_at(
        "/out/TABLE/1",
        file_at("/out/TABLE/1/1", "text/plain", 3),
        file_at("/out/TABLE/1/2", "image/png", 51234),
    ),
)
OUTPUTS = [
    {"name": "RESULT", "depth": 0, "content": file_at("/out/RESULT", "text/plain", 8)},
    {"name": "PAGES", "depth": 1, "content": PAGES},
    {"name": "TABLE", "depth": 2, "content": TABLE},
    {"name": "EMPTY", "depth": 1, "content": list_at("/out/EMPTY")},
    {"name": "REPORT", "depth": 0, "content": error_at("/out/REPORT.error", 101)},
    {"name": "NOTES", "content": out.PortAbsent()},
]
ENTRIES = [
    wd.FileEntry(f"{RUN}/wd/out/A.txt", "A.txt", "out/A.txt"),
    wd.DirectoryEntry(f"{RUN}/wd/out/PAGES", "PAGES", "out/PAGES"),
    wd.FileEntry(f"{RUN}/wd/out/a%20%26%20b", "a & b", "out/a & b"),
]
RUN_INPUT = {
    "name": "TEXT",
    "descriptor_ref": f"{RUN}/input/expected#TEXT",
    **VERSIONS,
}
INPUT_LINKS = links(RUN, expected="input/expected", baclava="input/baclava")
EXPECTED = [
    {"name": name, "depth": depth, "href": f"{RUN}/input/input/{name}"}
    for name, depth in (("TEXT", 0), ("WORDS", 1))
]
POLICY = links(
    f"{REST}/policy",
    run_limit="runLimit",
    operating_limit="operatingLimit",
    permitted_workflows="permittedWorkflows",
    permitted_listener_types="permittedListenerTypes",
    enabled_notification_fabrics="enabledNotificationFabrics",
    capabilities="capabilities",
)
ENGINE = [
    {"capability": "http://ns.taverna.org.uk/2013/software/taverna", "version": "2.5"},
    {"capability": "http://ns.taverna.org.uk/2010/activity/beanshell", "version": "1.5"},
]
SECURITY = {
    "owner": "alice",
    "permissions": Link(f"{RUN}/security/permissions"),
    "credentials": {"href": CREDENTIALS, "credential": [{"content": USERPASS}]},
    "trusts": {"href": TRUSTS, "trust": [TRUST]},
    **VERSIONS,
}
PERMISSIONS = [
    {"href": f"{RUN}/security/permissions/{user}", "user_name": user, "permission": word}
    for user, word in (("bob", "read"), ("carol", "destroy"))
]
ADMIN_LINKS = {name: Link(f"{BASE}/admin/{name}") for name in adm.AdminDescription._declared_fields}

CASES: dict[str, Case] = {
    "server/description": (
        srv.ServerDescription,
        VERSIONS | links(BASE, runs="rest/runs", policy="rest/policy", feed="feed"),
    ),
    "runs/none": (srv.RunList, {"run": []}),
    "runs/one": (
        srv.RunList,
        {"run": [{"href": RUN, "server_version": "2.5.4", "text": ID}]},
    ),
    "runs/two": (
        srv.RunList,
        {
            "run": [
                {"href": f"{REST}/runs/{run}", "server_version": "2.5.4", "text": run}
                for run in (ID, OTHER)
            ]
        },
    ),
    "run/description": (runs.RunDescription, RUN_DESCRIPTION),
    "policy/description": (srv.PolicyDescription, VERSIONS | POLICY),
    "policy/permitted-workflows": (
        srv.PermittedWorkflows,
        {"workflow": ["http://www.myexperiment.org/workflows/74/download"]},
    ),
    "policy/permitted-listeners": (srv.PermittedListeners, {"type": []}),
    "policy/fabrics": (FABRICS, {"notifier": ["mailto", "xmpp"]}),
    "policy/capabilities": (srv.Capabilities, {"capability": ENGINE}),
    "input/none": (inp.RunInputs, VERSIONS | INPUT_LINKS | {"input": []}),
    "input/two": (
        inp.RunInputs,
        VERSIONS
        | INPUT_LINKS
        | {"input": [Link(f"{RUN}/input/input/{name}") for name in ("TEXT", "WORDS")]},
    ),
    "input/expected": (inp.InputDescription, OF_RUN | {"input": EXPECTED}),
    "input/expected-none": (inp.InputDescription, OF_RUN | {"input": []}),
    "input/value": (inp.RunInput, RUN_INPUT | {"value": "drink me"}),
    "input/value-empty": (inp.RunInput, RUN_INPUT | {"value": ""}),
    "input/value-number": (inp.RunInput, RUN_INPUT | {"value": "42"}),
    "input/value-not-a-number": (inp.RunInput, RUN_INPUT | {"value": "042"}),
    "input/value-white-space": (inp.RunInput, RUN_INPUT | {"value": " \ta\r\nb <&> \U0001f407 "}),
    "input/file": (
        inp.RunInput,
        RUN_INPUT | {"list_delimiter": ",", "file": "IN/words.csv"},
    ),
    "input/reference": (
        inp.RunInput,
        VERSIONS | {"reference": f"{REST}/runs/{OTHER}/wd/out/RESULT"},
    ),
    "output/all-kinds": (out.WorkflowOutputs, OF_RUN | {"output": OUTPUTS}),
    "output/none": (out.WorkflowOutputs, OF_RUN | {"output": []}),
    "directory/mixed": (wd.DirectoryContents, {"entries": ENTRIES}),
    "directory/empty": (wd.DirectoryContents, {"entries": []}),
    "directory/mkdir": (wd.MkDir, {"name": "IN"}),
    "directory/upload": (wd.Upload, {"name": "words.csv", "content": b"one,two,three"}),
    "directory/upload-empty": (wd.Upload, {"name": "empty", "content": b""}),
    "listeners/list": (
        lis.Listeners,
        VERSIONS | {"listener": [IO | {"href": f"{RUN}/listeners/io"}]},
    ),
    "listeners/io": (lis.ListenerDescription, IO),
    "listeners/properties": (lis.Properties, VERSIONS | {"property": PROPERTY_LINKS}),
    "listeners/definition": (
        lis.ListenerDefinition,
        {"type": "io", "configuration": "configuration text"},
    ),
    "security/description": (sec.SecurityDescriptor, SECURITY),
    "security/credentials": (
        sec.Credentials,
        VERSIONS | {"credential": [{"content": USERPASS}, {"content": KEYPAIR}]},
    ),
    "security/userpass": (sec.Credential, {"content": USERPASS}),
    "security/keypair": (sec.Credential, {"content": KEYPAIR}),
    "security/cagridproxy": (
        sec.Credential,
        {"content": {"kind": "cagridproxy", "credential_name": "proxy"}},
    ),
    "security/trusts": (sec.TrustedIdentities, VERSIONS | {"trust": [TRUST]}),
    "security/trust": (sec.TrustedIdentity, TRUST),
    "security/permissions": (sec.PermissionsDescriptor, {"permission": PERMISSIONS}),
    "security/permission-update": (
        sec.PermissionUpdate,
        {"user_name": "bob", "permission": "update"},
    ),
    "admin/description": (adm.AdminDescription, ADMIN_LINKS),
    "admin/strings": (adm.StringList, {"string": ["-J-JXmx600m", "-Dx=/y", "7", ""]}),
    "admin/users": (adm.UserList, {"user": [f"{BASE}/admin/users/alice"]}),
    "admin/user": (
        adm.UserDescription,
        {"username": "alice", "local_user_id": "taverna", "enabled": True, "admin": False},
    ),
    "admin/usage": (adm.UsageRecordList, {"usage_record": [USAGE]}),
    "usage/completed": (usage.UsageRecord, USAGE),
}
