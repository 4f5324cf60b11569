from __future__ import annotations

import re
from pathlib import Path

import pytest

from taverna_server.config import (
    PREFIX,
    Config,
    documentation,
    load_config,
    sample_ini,
    size,
    table,
)
from taverna_server.errors import ConfigurationError


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    path = tmp_path / "server.ini"
    path.write_text("[taverna-server]\nport = 1\nhost = ini\nrealm = 100%\n")
    return path


def test_command_line_wins_over_environment_over_file(ini: Path) -> None:
    environ = {"TAVERNA_SERVER_PORT": "2", "TAVERNA_SERVER_HOST": "env"}
    config = load_config({"port": "3"}, environ, ini)
    assert (config.port, config.host, config.realm) == (3, "env", "100%")


def test_without_anything_it_gives_the_defaults() -> None:
    assert load_config() == Config()


@pytest.mark.parametrize(
    ("cli", "message"),
    [
        ({"port": "http"}, "--port: 'http' cannot be used: not a whole number"),
        ({"port": "70000"}, "not between 0 and 65535"),
        ({"run_limt": "1"}, "--run-limt: there is no option 'run_limt'; did you mean 'run_limit'"),
        ({"start_status_code": "204"}, "not one of 200, 202"),
        ({"access_log": "perhaps"}, "neither yes nor no"),
        ({"max_text_size": "much"}, "--max-text-size: 'much'"),
        ({"engine_command": " "}, "empty"),
    ],
)
def test_value_that_cannot_be_used_is_named(cli: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("(", r"\(")):
        load_config(cli)


def test_misspelled_option_in_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "server.ini"
    path.write_text("[taverna-server]\nworker = 3\n")
    with pytest.raises(ConfigurationError, match=rf"worker in {path}.*did you mean 'workers'"):
        load_config(ini_path=path)


@pytest.mark.parametrize("content", [None, "", "port = 3", "[other]\nport = 3", "\xff\xfe"])
def test_file_that_is_no_configuration_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "server.ini"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"server\.ini"):
        load_config(ini_path=path)


def test_foreign_variables_are_left_alone() -> None:
    assert load_config(environ={"TAVERNA_SERVER_ADMIN_PASSWORD": "x", "PORT": "9"}) == Config()


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("64K", 65536), ("64 KiB", 65536), ("1mb", 2**20), ("2G", 2**31), ("5b", 5)],
)
def test_sizes_take_units(text: str, number: int) -> None:
    assert size(text) == number


def test_environment_of_a_child_carries_every_option(tmp_path: Path) -> None:
    config = load_config(
        {"data": str(tmp_path / "a b"), "engine_command": "env 'A=b c' engine", "access_log": "no"}
    )
    environment = config.as_environment()
    assert load_config(environ=environment) == config
    assert set(environment) == {PREFIX + item.name.upper() for item in table()}


def test_sample_file_holds_every_option_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sample.ini"
    path.write_text(sample_ini())
    assert load_config(ini_path=path) == Config()
    path.write_text(re.sub(r"(?m)^#(\w+ = )", r"\1", sample_ini()))
    assert load_config(ini_path=path) == Config()
    assert all(f"\n#{item.name} = " in sample_ini() for item in table())


def test_documentation_holds_every_option_with_its_help() -> None:
    assert all(
        f"| `{item.name}` |" in documentation() and item.metadata["help"] in documentation()
        for item in table()
    )


def test_database_is_a_file_in_the_data_directory_unless_a_url_is_given(tmp_path: Path) -> None:
    assert load_config({"data": str(tmp_path)}).database.startswith(f"sqlite:///{tmp_path}/")
    assert load_config({"database_url": "postgresql:///x"}).database == "postgresql:///x"


def test_printed_configuration_hides_the_database_password() -> None:
    assert "looking-glass" not in repr(
        load_config({"database_url": "postgresql://a:looking-glass@h/d"})
    )
