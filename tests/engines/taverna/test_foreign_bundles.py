"""Bundles of Taverna 3 whose activities are configured in its JSON alone, executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from taverna_server.engines.taverna.activities.apiconsumer import read_method
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.engines.taverna.activities.rshell import RShell
from taverna_server.model.run import RunInput
from taverna_server.workflow.model import Activity, ActivityPort
from taverna_server.workflow.reading import read_workflow
from tests.engines.taverna.activities.conftest import new_run
from tests.engines.taverna.activities.localservices import serving
from tests.engines.taverna.activities.splitting import array, base, complex_type, extensions
from tests.engines.taverna.scripted import made
from tests.engines.taverna.test_engine import Run
from tests.workflow.bundles import foreign_activity

LOCAL = "<localInvocation><shellPrefix>/bin/sh -c</shellPrefix></localInvocation>"
TOOL = {
    "toolId": "greet",
    "mechanismXML": LOCAL,
    "toolDescription": {
        "command": 'cat greeting > out.txt; echo ", %%person%%" >> out.txt; exit 3',
        "staticInputs": [{"tag": "greeting", "file": True, "content": "Hello"}],
        "inputs": [{"port": "person", "input": {"tag": "person"}}],
        "outputs": [{"port": "hello", "output": {"path": "out.txt", "binary": False}}],
        "includeStdOut": False,
        "validReturnCodes": [3],
    },
}


def executed(root: Path, bundle: bytes, who: str) -> Run:
    run = Run(made(root, bundle, RunInput("who", value=who, delimiter=";")))
    assert run.execute() == 0
    return run


def activity(kind: str, config: Any, takes: str = "person", gives: str = "hello") -> Activity:
    (processor,) = read_workflow(foreign_activity(kind, config, takes, gives)).top.processors
    return processor.activities[0]


def test_tool_is_executed(tmp_path: Path) -> None:
    run = executed(tmp_path, foreign_activity("tool", TOOL), "you;me")
    assert run.files()["all/2/1"].split() == ["Hello,", "you"]
    assert run.files()["all/2/2"].split() == ["Hello,", "me"]


def test_tool_may_say_in_a_group_where_it_runs(tmp_path: Path) -> None:
    config = {**TOOL, "invocationGroup": {"name": "g", "mechanismXML": LOCAL}}
    del config["mechanismXML"]
    assert "all/2/1" in executed(tmp_path, foreign_activity("tool", config), "you").files()


def test_tool_that_the_converter_left_without_command_says_so(tmp_path: Path) -> None:
    config = {"toolId": "greet", "mechanismXML": LOCAL, "toolDescription": {"includeStdIn": False}}
    run = executed(tmp_path, foreign_activity("tool", config), "you")
    assert "will fail: The command of the tool is missing." in run.log
    assert "all/2/1.error" in run.files()


SPREADSHEET = {
    "columnRange": {"start": 0, "end": 2, "excludes": [{"start": 1, "end": 1}]},
    "rowRange": {"start": 1, "end": -1},
    "columnNames": [{"column": "A", "port": "names"}],
    "emptyCellPolicy": "USER_DEFINED",
    "emptyCellValue": "?",
}


def test_spreadsheet_is_imported(tmp_path: Path) -> None:
    config = SPREADSHEET | {"outputFormat": "SINGLE_PORT", "csvDelimiter": ";"}
    (tmp_path / "table.csv").write_text("name,x,y\nann,1,2\n,3,4\n")
    bundle = foreign_activity("spreadsheet-import", config, "fileurl", "output")
    files = executed(tmp_path, bundle, str(tmp_path / "table.csv")).files()
    assert files["all/2/1"].split() == ["ann;2", "?;4"]


def test_columns_of_a_spreadsheet_have_their_names() -> None:
    wanted = activity("spreadsheet-import", SPREADSHEET)
    ports = bound_activity_class("spreadsheetimport").output_ports(wanted)
    assert ports == (ActivityPort("names", 1), ActivityPort("C", 1))


def test_query_is_sent(tmp_path: Path) -> None:
    with serving(lambda request: Response("g1\ng2\n")) as service:
        query = f"""<MartQuery><MartService location="{service.url}"/><Query><Dataset name="d">
            <Attribute name="id"/></Dataset></Query></MartQuery>"""
        wanted = activity("biomart", {"martQuery": query}, gives="d.id")
        bound = bound_activity_class("biomart")(wanted, new_run(tmp_path))
        assert list(bound.invoke({})["d.id"]) == ["g1", "g2"]  # type: ignore[arg-type]
    assert activity("biomart", {"martQuery": "<no"}).config is None


def test_types_of_a_splitter_follow_from_what_it_splits() -> None:
    described = extensions(
        complex_type("p", base("title"), array("k", base(""), unbounded="true", wrapped="false"))
    )
    wanted = activity("wsdl/xml-splitter/in", {"wrappedType": described})
    assert wanted.kind == "xmlinputsplitter"
    assert wanted.inputs == (ActivityPort("title", 0), ActivityPort("k", 1))
    assert activity("wsdl/xml-splitter/out", {"wrappedType": described}).outputs == wanted.inputs


def test_soaplab_is_asked_as_often_as_it_says(tmp_path: Path) -> None:
    config = {"endpoint": "http://localhost:1/x", "pollingInterval": 5, "pollingBackoff": 1.5}
    bound: Any = bound_activity_class("soaplab")(activity("soaplab", config), new_run(tmp_path))
    assert (bound._endpoint, bound._interval, bound._backoff) == (config["endpoint"], 5, 1.5)


def test_r_script_goes_to_its_server(tmp_path: Path) -> None:
    config = {
        "script": "hello <- person",
        "port": 6312,
        "connection": {"hostname": "r.example", "keepSessionAlive": True},
        "inputTypes": [{"port": "person", "dataType": "STRING"}],
        "outputTypes": [{"port": "hello", "dataType": "DOUBLE_LIST"}],
    }
    bound = bound_activity_class("rshell")(activity("rshell", config), new_run(tmp_path))
    assert isinstance(bound, RShell)
    found = bound._settings
    assert (found.host, found.port, found.keep_alive) == ("r.example", 6312, True)


def test_method_of_java_is_called() -> None:
    config = {
        "className": "java.lang.String", "methodName": "concat", "parameterNames": ["p0"],
        "parameterTypes": ["java.lang.String"], "parameterDimensions": [0],
        "returnType": "java.lang.String", "returnDimension": 0, "isMethodStatic": False,
    }  # fmt: skip
    method = read_method(activity("apiconsumer", config))
    assert (method.class_name, method.parameters) == (
        "java.lang.String", (("p0", "java.lang.String", 0),),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["tool", "spreadsheet-import", "soaplab", "rshell", "apiconsumer"])
@pytest.mark.parametrize("value", [None, [], {}, "x", [None], {"x": [1]}])
def test_what_is_no_configuration_is_read_all_the_same(kind: str, value: Any) -> None:
    names = ("toolDescription", "columnRange", "columnNames", "connection", "inputTypes", "script",
             "parameterNames", "parameterDimensions", "endpoint", "invocationGroup")  # fmt: skip
    assert activity(kind, dict.fromkeys(names, value)).class_name
