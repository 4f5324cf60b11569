"""rpc/encoded services by SOAP::Lite, a real server of that time (Debian's libsoap-lite-perl)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from werkzeug.wrappers import Response

from taverna_server.data.values import Value, make_list
from taverna_server.engines.taverna.activities.base import Outputs

from .conftest import Bind
from .localservices import serving
from .test_wsdl import configuration

DOCUMENTS = Path(__file__).parent / "wsdl"
CHECK = ["perl", "-MSOAP::Transport::HTTP", "-MHTTP::Daemon", "-e", "1"]


def is_here() -> bool:
    try:
        return subprocess.run(CHECK, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not is_here(), reason="SOAP::Lite for Perl is not installed")


@pytest.fixture(scope="module")
def wsdl() -> Iterator[str]:
    command = ["perl", str(DOCUMENTS / "soaplite.pl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        text = (DOCUMENTS / "encoded.wsdl").read_text().replace("@address@", address)
        with serving(lambda request: Response(text, content_type="text/xml")) as service:
            yield f"{service.url}/genes.wsdl"
        process.terminate()


def call(bind: Bind, wsdl: str, operation: str, **inputs: Value) -> Outputs:
    return bind("wsdl", configuration(wsdl, operation)).invoke(inputs)


def test_text_goes_there_and_back(bind: Bind, wsdl: str) -> None:
    assert call(bind, wsdl, "title", string="é & b")["return"] == "é & b a <gene>"


def test_arrays_are_understood_on_both_sides(bind: Bind, wsdl: str) -> None:
    outputs = call(bind, wsdl, "pathways", genes_id_list=make_list(["a", "b"]), limit="7")
    assert outputs["return"] == make_list(["path:a:7", "path:b:7"])


def test_structures_are_xml(bind: Bind, wsdl: str) -> None:
    found = call(bind, wsdl, "find", gene="<g><id>x</id><length>3</length></g>")["return"]
    assert isinstance(found, str)
    parts = etree.fromstring(found).iterfind("{*}item/{*}*")
    assert {etree.QName(part).localname: part.text for part in parts} == {"id": "x", "length": "4"}


def test_bytes_are_bytes(bind: Bind, wsdl: str) -> None:
    assert call(bind, wsdl, "picture")["return"] == b"\x89PNG"
