"""Baclava documents: all inputs or all outputs of a run in one XML file.

The layout is in execution-semantics 16 and protocol dossier 6.5. Values come
base64-encoded; whether one is text or bytes follows from the first MIME type of
its own metadata, else of the document's, else from the quoted type in
``syntactictype`` (``l('text/plain')``), else it is text. Both directions work
piece by piece: a document may be larger than memory when ``spool`` is given.

Where the original loses information, this reader and writer keep it:

- an empty list keeps its depth, which is the number of ``l(`` in
  ``syntactictype`` (the original reads ``[[], [["a"]]]`` wrongly);
- text that is not UTF-8 stays bytes instead of being damaged;
- items shallower than their siblings (the original writes an error document as
  one text, whatever its depth) are wrapped to the depth of the others.

A serialised Java object (major type ``java``) stays bytes. Error documents are
written as their text, since Baclava has no errors; a reader cannot tell.
"""

from taverna_server.data.baclava.reading import read_baclava
from taverna_server.data.baclava.writing import write_baclava

__all__ = ["read_baclava", "write_baclava"]
