import pytest

from taverna_server.config import Config, load_config
from taverna_server.errors import BadRequest
from taverna_server.notify import check_address, fabric_of, fabrics


def targets(*permitted: str) -> Config:
    return Config(webhook_targets=permitted)


def test_nothing_is_offered_unless_it_is_configured() -> None:
    assert fabrics(Config()) == []
    assert fabrics(Config(smtp_host="localhost")) == ["mailto"]
    assert fabrics(targets("*")) == ["https"]
    assert fabrics(targets("http://localhost:9000")) == ["https", "http"]
    assert fabric_of(Config(), "mailto:a@example.org") is None


@pytest.mark.parametrize(
    ("permitted", "address"),
    [
        ("*", "https://hooks.example.org/x?y=z"),
        ("*.example.org", "https://hooks.example.org/"),
        ("hooks.example.org", "https://HOOKS.example.org:8443/"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/hook"),
        ("https://inside.example.org", "https://inside.example.org:443/hook"),
    ],
)
def test_permitted_address_is_taken(permitted: str, address: str) -> None:
    assert check_address(targets(permitted), address) == address


@pytest.mark.parametrize(
    ("permitted", "address"),
    [
        ("*", "http://hooks.example.org/"),
        ("*.example.org", "https://example.org.evil.test/"),
        ("hooks.example.org", "https://x.hooks.example.org/"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9001/"),
        ("http://127.0.0.1:9000", "https://127.0.0.1:9000/"),
        ("*", "https://user:password@hooks.example.org/"),
        ("*", "https:///nowhere"),
        ("*", "https://[::1"),
        ("*", "https://hooks.example.org/\nX: y"),
    ],
)
def test_other_addresses_are_refused(permitted: str, address: str) -> None:
    with pytest.raises(BadRequest, match="failed to set property"):
        check_address(targets(permitted), address)


def test_targets_come_from_text_and_go_through_the_environment() -> None:
    config = load_config({"webhook_targets": "*.example.org http://localhost:9000"})
    assert config.webhook_targets == ("*.example.org", "http://localhost:9000")
    again = load_config(environ=config.as_environment())
    assert again.webhook_targets == config.webhook_targets
