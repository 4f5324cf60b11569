"""A manager on a real database and real directories, with two users and a superuser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taverna_server.config import Config
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run
from taverna_server.store import Store
from tests import fakes
from tests.databases import config_on, make_database

PORTS = "".join(
    f"<port><name>{name}</name><depth>0</depth></port>" for name in ("behaviour", "words")
)
WORKFLOW = f"""<workflow xmlns="http://taverna.sf.net/2008/xml/t2flow" version="1">
<dataflow id="1" role="top"><name>Answer</name><inputPorts>{PORTS}</inputPorts>
<outputPorts><port><name>answer</name></port></outputPorts></dataflow></workflow>""".encode()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    return make_database(path, "alice", "bob", "root", admin="root")


@pytest.fixture
def config(tmp_path: Path, empty_database: Path) -> Config:
    return config_on(empty_database, tmp_path, engine_command=tuple(fakes.command()))


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    store = Store.open(config)
    yield store
    store.close()


@pytest.fixture
def manager(store: Store, config: Config) -> RunManager:
    return RunManager(store, config)


@pytest.fixture
def alice() -> User:
    return User("alice")


@pytest.fixture
def bob() -> User:
    return User("bob")


@pytest.fixture
def root() -> User:
    return User("root", admin=True)


@pytest.fixture
def run(manager: RunManager, alice: User) -> Run:
    return manager.create_run(alice, WORKFLOW)
