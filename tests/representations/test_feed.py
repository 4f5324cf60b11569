"""The event feed in Atom."""

from __future__ import annotations

from collections.abc import Callable

from taverna_server.representations.feed import Entry, Feed, write_entry, write_feed

Golden = Callable[[str, bytes], None]
BASE = "https://taverna.example.org:8443/taverna-server"
ENTRY = Entry(
    id="finish.6b0e9d42-7c15-4f83-9a2e-d4f1083c5b76",
    published="2024-05-01T19:52:30.000Z",
    author="alice",
    title="Taverna workflow run finished",
    content="Your job with ID=5f2d9c1e-8b47-4c36-a1d0-7e93b6c4f218 has finished with exit code 0.",
    run=f"{BASE}/rest/runs/5f2d9c1e-8b47-4c36-a1d0-7e93b6c4f218",
)
FEED = Feed(
    id="urn:taverna-server:8d3c5f70-91b2-4e6a-a4d8-17f0c2b9e653:alice",
    updated=ENTRY.published,
    address=f"{BASE}/feed",
    entries=[ENTRY],
    following=f"{BASE}/feed?before=7",
)


def test_feed_is_as_it_was(golden: Golden) -> None:
    golden("feed/feed.atom", write_feed(FEED))


def test_entry_is_as_it_was(golden: Golden) -> None:
    golden("feed/entry.atom", write_entry(ENTRY))
