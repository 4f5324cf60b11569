"""A workflow with a component, executed."""

from __future__ import annotations

from html import escape
from pathlib import Path

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.taverna.engine import TavernaEngine

BEAN = "net.sf.taverna.t2.component.ComponentActivityConfigurationBean"
COMPONENT = f"""<activity><class>net.sf.taverna.t2.component.ComponentActivity</class>
<inputMap/><outputMap><map from="out" to="out"/></outputMap>
<configBean encoding="xstream"><{BEAN} xmlns=""><registryBase>http://gone.example</registryBase>
<familyName>F</familyName><componentName>C</componentName><componentVersion>1</componentVersion>
</{BEAN}></configBean></activity>"""
CONSTANT = """<activity>
<class>net.sf.taverna.t2.activities.stringconstant.StringConstantActivity</class><inputMap/>
<outputMap><map from="value" to="out"/></outputMap><configBean encoding="xstream">
<net.sf.taverna.t2.activities.stringconstant.StringConstantConfigurationBean xmlns="">
<value>%s</value>
</net.sf.taverna.t2.activities.stringconstant.StringConstantConfigurationBean>
</configBean></activity>"""


def workflow(activity: str) -> bytes:
    return f"""<workflow xmlns="http://taverna.sf.net/2008/xml/t2flow" version="1">
<dataflow id="1" role="top"><name>W</name><inputPorts/><outputPorts><port><name>out</name></port>
</outputPorts><processors><processor><name>P</name><inputPorts/><outputPorts><port><name>out</name>
<depth>0</depth><granularDepth>0</granularDepth></port></outputPorts><activities>{activity}
</activities><dispatchStack/><iterationStrategyStack/></processor></processors><conditions/>
<datalinks><datalink><sink type="dataflow"><port>out</port></sink><source type="processor">
<processor>P</processor><port>out</port></source></datalink></datalinks></dataflow>
</workflow>""".encode()


def test_component_gives_what_its_workflow_gives(tmp_path: Path) -> None:
    place = tmp_path / "registry/componentFamilies/F/C/1"
    place.mkdir(parents=True)
    (place / "dataflow.t2flow").write_bytes(workflow(CONSTANT % escape("from inside")))
    directory = RunDirectory(tmp_path / "run")
    directory.create(workflow(COMPONENT))
    order = RunOrder("run", options={"components": str(tmp_path / "registry")})
    assert TavernaEngine().execute(directory, order, lambda *_: None) == 0
    assert (directory.out / "out").read_text() == "from inside"


def test_component_that_is_nowhere_is_an_error_document(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    directory.create(workflow(COMPONENT))
    assert TavernaEngine().execute(directory, RunOrder("run"), lambda *_: None) == 0
    assert "neither in the registry" in (directory.out / "out.error").read_text()
