"""One table of options: name, default, parser, help.

Every field of ``Config`` is one option, and the table is the class itself. The
command line (``--run-limit 20``), the environment (``TAVERNA_SERVER_RUN_LIMIT=20``)
and one INI file (``run_limit = 20`` under ``[taverna-server]``) all hold text that
the field's parser reads; the first of the three that names an option wins. The
sample file, the page in the documentation and the command line help are printed
from the same table.

``Config`` is passed in, never fetched from a global. Processes that ``serve``
starts get the resolved values through ``as_environment``.
"""

from __future__ import annotations

import configparser
import difflib
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from taverna_server.config_values import (
    command,
    directory,
    file,
    mailbox,
    networks,
    one_of,
    size,
    size_or_none,
    switch,
    text,
    whole,
    words,
)
from taverna_server.errors import ConfigurationError

SECTION = "taverna-server"
PREFIX = "TAVERNA_SERVER_"
TAVERNA_OPTIONS = (
    "executor", "dask_scheduler", "java", "beanshell", "maven", "ssh", "components",
)  # fmt: skip
ENGINE_OPTIONS = (
    *TAVERNA_OPTIONS, "engine_environments", "step_sandbox", "step_network", "step_directories",
    "step_images", "step_unknown_images", "step_containers",
)  # fmt: skip
"""Options that concern the engines: ``run.json`` carries them to it."""

T = TypeVar("T")


def option(default: str, parse: Callable[[str], T], help: str, secret: bool = False) -> T:
    """A field of ``Config``; the default is text, read by the same parser as any other.

    A ``secret`` one is left out when the configuration is printed.
    """
    made: Any = field(
        default=parse(default),
        repr=not secret,
        metadata={"text": default, "parse": parse, "help": help},
    )
    return made  # type: ignore[no-any-return]  # dataclass() replaces it by the default


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All options, resolved."""

    data: Path = option(
        "taverna-data", directory, "Directory of everything the server keeps: database and runs."
    )
    host: str = option("127.0.0.1", text, "Address to listen on; 0.0.0.0 for all.")
    port: int = option("8080", whole(0, 65535), "Port to listen on; 0 takes a free one.")
    public_url: str = option(
        "",
        lambda value: value.strip().rstrip("/"),
        "Where clients see the server, without /rest. Empty: as the request says.",
    )
    trusted_proxies: tuple[str, ...] = option(
        "127.0.0.0/8 ::1/128",
        networks,
        "Addresses of proxies whose X-Forwarded-* headers count; * for all.",
    )
    tls_certificate: Path | None = option(
        "", file, "PEM file with the certificate, and those between it and its root. Empty: no TLS."
    )
    tls_key: Path | None = option("", file, "PEM file with the certificate's key.")
    database_url: str = option(
        "",
        text,
        "postgresql://user:password@host/name. Empty: SQLite in the data directory.",
        secret=True,
    )
    workers: int = option("2", whole(1, 256), "Web processes.")
    threads: int = option("64", whole(1, 4096), "Requests that each web process serves at a time.")
    run_limit: int = option("100", whole(0), "Runs of all users in any state; more get 503.")
    operating_limit: int = option("10", whole(0), "Operating runs of all users; more get 503.")
    run_time_limit: int = option(
        "0", whole(0), "Minutes that a run may operate; then it is stopped. 0: as long as it takes."
    )
    guests: str = option(
        "phones",
        one_of("off", "phones", "on"),
        "Who may do what in /runs and /workflows without an account. off: view what is published. "
        "phones: so, and what the old phone apps put there is published, since they come back "
        "without their login. on: run published workflows, too; what is put there is published.",
    )
    embedding: str = option(
        "*",
        text,
        "Sites whose pages may show embedded runs and their forms, as frame-ancestors of a "
        "Content-Security-Policy names them; 'none' in quotes for none.",
    )
    strict_inputs: bool = option(
        "yes", switch, "POST /runs refuses a run whose inputs have neither value nor example."
    )
    empty_inputs: bool = option(
        "no",
        switch,
        "GET /runs/new of a workflow without inputs has an empty inputs_attributes; "
        "Taverna's phone app of 2015 needs one.",
    )
    variants_limit: int = option(
        "100", whole(1, 10_000), "Runs that people may make at once from a table of values."
    )
    max_upload_size: int = option("2G", size, "Longest form with files for POST /runs, in bytes.")
    default_lifetime: int = option(
        "1440", whole(1), "Minutes until a new run expires and is removed."
    )
    reana_lifetime: int = option(
        "365", whole(1, 36500), "Days until a new workflow of REANA expires and is removed."
    )
    reana_disk_quota: int = option(
        "0", size_or_none, "Bytes that the workspaces of an account may hold; more starts nothing."
    )
    reana_cpu_quota: int = option(
        "0", whole(0), "Seconds of processor time that an account may use; 0 for no limit."
    )
    purge_interval: int = option("30", whole(1), "Seconds between looks for expired runs.")
    start_status_code: int = option(
        "200",
        lambda value: int(one_of("200", "202")(value)),
        "Answer to PUT status = Operating; 202 as Taverna Server 2.5.4 does.",
    )
    realm: str = option("tavernaserver", text, "Realm of HTTP Basic; engines know this one.")
    login_memory: int = option(
        "60", whole(0), "Seconds that a checked password is remembered; 0 checks each request."
    )
    registration: bool = option(
        "no", switch, "Anybody may make an account; the first one administers the server."
    )
    session_lifetime: int = option(
        "1440", whole(1), "Minutes without use after which a browser is signed out."
    )
    remembered_lifetime: int = option(
        "30", whole(1), "Days instead, for people who want to stay signed in."
    )
    sign_in_attempts: int = option(
        "10", whole(1), "Failed attempts to sign in to an account from an address; more wait."
    )
    sign_in_pause: int = option("300", whole(1), "Seconds that failed attempts count.")
    max_text_size: int = option("64K", size, "Longest body of a plain text resource, in bytes.")
    max_document_size: int = option("64M", size, "Longest XML, JSON or workflow body, in bytes.")
    engine_command: tuple[str, ...] = option(
        "executeworkflow", command, "Command that executes the run directory it is given."
    )
    local_users: bool = option(
        "no", switch, "Runs execute as the users of this machine that accounts name; needs root."
    )
    default_local_user: str = option(
        "", text, "User of this machine for accounts that name none. Empty: they cannot start runs."
    )
    java: str = option("", text, "Java command, for scripts. Empty: as JAVA_HOME and PATH say.")
    beanshell: str = option("", text, "Jar of BeanShell 2.0b4. Empty: where it is installed.")
    maven: str = option(
        "mvn", text, "Maven, for libraries that Beanshell activities name; empty to fetch none."
    )
    ssh: str = option(
        "ssh -o StrictHostKeyChecking=accept-new",
        text,
        "Command for tools on other machines, with options: ssh -F FILE, for example.",
    )
    components: str = option(
        "",
        text,
        "Directory with componentFamilies, for workflows whose component registry is gone.",
    )
    executor: str = option(
        "threads",
        one_of("threads", "processes", "dask"),
        "Where iterations run: in the engine, in a process for each core, or on Dask workers.",
    )
    dask_scheduler: str = option(
        "", text, "Address of the Dask scheduler (tcp://host:8786), for executor = dask."
    )
    engine_environments: str = option(
        "",
        text,
        "Directory with the environments cwl, snakemake and yadage, in which these engines are. "
        "Empty: engines beside the Python that runs this.",
    )
    step_sandbox: str = option(
        "host",
        one_of("host", "bwrap"),
        "Where steps of REANA's workflow types run: on the host, or in bubblewrap, which shows "
        "them the host's programs and their workspace.",
    )
    step_network: bool = option("yes", switch, "Whether steps in bubblewrap reach the network.")
    step_directories: tuple[str, ...] = option(
        "", words, "Directories that steps in bubblewrap may read beside those of the system."
    )
    step_images: tuple[str, ...] = option(
        "",
        words,
        "Unpacked container images, NAME=DIRECTORY each; steps that ask for one run in it.",
    )
    step_unknown_images: str = option(
        "host",
        one_of("host", "fail"),
        "Steps whose image is not here run with the host's programs, with a warning, or fail.",
    )
    step_containers: str = option(
        "auto",
        one_of("auto", "none", "docker", "podman", "apptainer"),
        "Container tool for images; auto takes one that works.",
    )
    event_lifespan: int = option("7", whole(1), "Days that events stay in the feeds of users.")
    usage_lifespan: int = option("365", whole(0), "Days that usage records stay; 0 for ever.")
    finish_title: str = option(
        "Taverna workflow run finished", text, "Title of the event when a run has finished."
    )
    finish_text: str = option(
        "Your job with ID={id} has finished with exit code {code}.",
        text,
        "Its text, also that of messages; knows {id}, {name}, {owner} and {code}.",
    )
    message_subject: str = option(
        "Workflow run finished executing", text, "Subject of messages; knows the same."
    )
    message_cooldown: int = option(
        "300", whole(0), "Seconds between two messages to one address; more wait and go together."
    )
    message_attempts: int = option("10", whole(1), "Tries to deliver a message.")
    smtp_host: str = option("", text, "SMTP server for messages by e-mail. Empty: none are sent.")
    smtp_port: int = option("25", whole(1, 65535), "Its port.")
    smtp_security: str = option("none", one_of("none", "starttls", "tls"), "How it is spoken to.")
    smtp_user: str = option("", text, "Account there. Empty: without one.")
    smtp_password: str = option("", text, "Password of that account.", secret=True)
    mail_from: str = option("", text, "Sender of e-mails. Empty: taverna-server at this host.")
    support_address: str = option(
        "",
        mailbox,
        "Who gets the problems with runs that people report, by e-mail (needs smtp_host). "
        "Empty: people get a text file instead, to send it themselves.",
    )
    webhook_targets: tuple[str, ...] = option(
        "",
        words,
        "Where messages may be POSTed: hosts (*.example.org), whole origins, also with a path, "
        "* for every public host. Empty: nowhere.",
    )
    uri_sources: tuple[str, ...] = option(
        "",
        words,
        "Where text/uri-list may have files fetched from: hosts (*.example.org), whole origins, "
        "also with a path, * for every public host. Empty: nowhere.",
    )
    max_fetched_size: int = option("1G", size, "Longest file fetched from there, in bytes.")
    fetch_time: int = option("300", whole(1), "Seconds until a fetch is given up.")
    log_level: str = option(
        "info", one_of("debug", "info", "warning", "error"), "Least important lines logged."
    )
    access_log: bool = option("yes", switch, "Log a line for each request.")

    @property
    def database(self) -> str:
        """The URL of the database, also when it is the SQLite file."""
        return self.database_url or f"sqlite:///{self.data / 'taverna-server.db'}"

    @property
    def runs_directory(self) -> Path:
        """Where the run directories lie."""
        return self.data / "runs"

    @property
    def internal_url(self) -> str:
        """The web application base as runs on this machine reach it, past any proxy."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def scheme(self) -> str:
        """What clients speak when no proxy is between."""
        return "https" if self.tls_certificate else "http"

    def as_environment(self) -> dict[str, str]:
        """The variables that make ``load_config`` give the same options again."""
        return {variable(item.name): _as_text(getattr(self, item.name)) for item in table()}


def table() -> tuple[Field[Any], ...]:
    """The options in order; ``metadata`` has ``text`` (the default), ``parse`` and ``help``."""
    return fields(Config)


def variable(name: str) -> str:
    """The environment variable of an option."""
    return PREFIX + name.upper()


def load_config(
    cli: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    ini_path: Path | None = None,
) -> Config:
    """Read the options: ``cli`` (by option name) before ``environ`` before the INI file.

    Raises:
        ConfigurationError: a value that cannot be used, or a name in ``cli`` or
            the file that is no option. Foreign variables are left alone.
    """
    environ = environ or {}
    names = {item.name: item for item in table()}
    found: dict[str, tuple[str, str]] = {}
    for name, value in _read_ini(ini_path):
        found[name] = (value, f"{name} in {ini_path}")
    for name in names:
        if variable(name) in environ:
            found[name] = (environ[variable(name)], variable(name))
    for name, value in (cli or {}).items():
        found[name] = (value, "--" + name.replace("_", "-"))
    _refuse_unknown(found, names)
    return Config(**{n: _parsed(names[n], *value) for n, value in found.items()})


def _read_ini(path: Path | None) -> Iterator[tuple[str, str]]:
    if path is None:
        return
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as stream:
            parser.read_file(stream)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from error
    if not parser.has_section(SECTION):
        raise ConfigurationError(f"{path} has no section [{SECTION}]")
    yield from parser.items(SECTION)


def _refuse_unknown(found: Mapping[str, tuple[str, str]], names: Mapping[str, object]) -> None:
    for name in found.keys() - names.keys():
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise ConfigurationError(f"{found[name][1]}: there is no option '{name}'{hint}")


def _parsed(item: Field[Any], value: str, where: str) -> Any:
    try:
        return item.metadata["parse"](value)
    except ValueError as error:
        raise ConfigurationError(f"{where}: '{value}' cannot be used: {error}") from error


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return shlex.join(value)
    return "" if value is None else str(value)


def sample_ini() -> str:
    """A configuration file with every option, its help and its default, all commented out."""
    lines = [f"[{SECTION}]"]
    for item in table():
        lines += ["", f"# {item.metadata['help']}", f"#{item.name} = {item.metadata['text']}"]
    return "\n".join(lines) + "\n"


def documentation() -> str:
    """The options as a Markdown table, for the documentation."""
    lines = ["| option | default | what it is |", "| --- | --- | --- |"]
    for item in table():
        default = f"`{item.metadata['text']}`" if item.metadata["text"] else "empty"
        lines.append(f"| `{item.name}` | {default} | {item.metadata['help']} |")
    return "\n".join(lines) + "\n"
