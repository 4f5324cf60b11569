from __future__ import annotations

import pytest

from taverna_server.auth import check_name, hash_password, hash_token, new_password, new_token
from taverna_server.errors import BadRequest


@pytest.mark.parametrize("name", ["a", "Alice7", "0"])
def test_letters_and_digits_are_a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a.b", "é", "a\n", "../x", "a:b"])
def test_anything_else_is_no_name(name: str) -> None:
    with pytest.raises(BadRequest, match="bad user name; must be pure alphanumeric"):
        check_name(name)


def test_hash_is_salted_scrypt() -> None:
    assert hash_password("p") != hash_password("p")
    assert hash_password("p").startswith("scrypt:")


def test_empty_password_is_refused() -> None:
    with pytest.raises(BadRequest, match="needs a password"):
        hash_password("")


def test_made_secrets_are_long_and_differ() -> None:
    assert len(new_password()) >= 20 != new_password() != new_password()
    assert len(new_token()) >= 40
    assert hash_token(new_token()) != hash_token(new_token())
