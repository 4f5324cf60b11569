from urllib.parse import urlsplit

import pytest

from taverna_server.outside import is_permitted, web_address

SHARED = "https://example.org/shared"


@pytest.mark.parametrize(
    "address", [SHARED, f"{SHARED}/a/b.t2flow", f"{SHARED}/?x=..", "https://example.org:443/shared"]
)
def test_path_permits_what_lies_below_it(address: str) -> None:
    assert is_permitted([f"{SHARED}/"], web_address(address))
    assert is_permitted([SHARED], web_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "https://example.org/shared2",
        "http://example.org/shared/x",
        "https://example.org:444/shared/x",
        f"{SHARED}/../private",
        f"{SHARED}/%2e%2E/private",
        f"{SHARED}/x/..%252fprivate",
        f"{SHARED}/x/..%5c..%5Cprivate",
        f"{SHARED}/..;/private",
    ],
)
def test_path_permits_nothing_beside_it(address: str) -> None:
    assert not is_permitted([SHARED], urlsplit(address))


@pytest.mark.parametrize(
    "address",
    ["", "x", "/x", "https://", "https://a:b@c/", "https://[::1", "https://c:x/", "https://c/ d",
     "https://c/\n", "https://ö/", "https://c/" + "%25" * 700],
)  # fmt: skip
def test_other_texts_are_no_address(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (urlsplit has words of its own)
        web_address(address)
