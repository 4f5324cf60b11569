"""Uploads in forms, as clients before 0.6 send them; read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request
from werkzeug.sansio.multipart import Data, Epilogue, File, MultipartDecoder, NeedData

from taverna_server.errors import BadRequest

PART = "file_content"
MOST_BUFFERED = 2**20
"""Bytes: some pieces of the body, or headers of a part that are far too long."""


def only_file(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of the part ``file_content``.

    Raises:
        BadRequest: there is no such part, or the form breaks off.
    """
    boundary = request.mimetype_params.get("boundary", "").encode()
    if not boundary:
        raise BadRequest("The form has no boundary.")
    decoder = MultipartDecoder(boundary, max_form_memory_size=MOST_BUFFERED)
    found, inside = False, False
    for event in _events(decoder, chunks):
        if isinstance(event, Data):
            if inside:
                yield event.data
        elif not isinstance(event, Epilogue | NeedData):
            inside = isinstance(event, File) and event.name == PART
            found = found or inside
    if not found:
        raise BadRequest(f"The form has no file called '{PART}'.")


def _events(decoder: MultipartDecoder, chunks: Iterator[bytes]) -> Iterator[object]:
    try:
        for chunk in chunks:
            decoder.receive_data(chunk)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                yield event
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            yield event
    except ValueError as error:
        raise BadRequest(f"The form cannot be read: {error}") from error
