"""Workflow bundles put together, taken apart and changed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any


def entries(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def changed(bundle: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """With other content in some files; None removes one."""
    files = entries(bundle) | changes
    return packed({name: content for name, content in files.items() if content is not None})


def with_json(bundle: bytes, name: str, **members: Any) -> bytes:
    """With other members in a JSON file."""
    data = json.loads(entries(bundle)[name])
    return changed(bundle, {name: json.dumps(data | members).encode()})


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def rdf(base: str, content: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://ns.taverna.org.uk/2010/scufl2#" xmlns:rdf="{RDF}"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xml:base="{base}">{content}</rdf:RDF>
""".encode()


def foreign() -> bytes:
    """As another program writes one: absolute references, odd places, no names of ours."""
    bundle = "http://ns.taverna.org.uk/2010/workflowBundle/28f7c554-4f35-401f-b34b-516e9a0ef731/"
    about = f"""<WorkflowBundle rdf:about=""><name>Hello</name>
<globalBaseURI rdf:resource="{bundle}"/><mainWorkflow rdf:resource="{bundle}workflow/Hello/"/>
<workflow><Workflow rdf:about="workflow/Hello/"><rdfs:seeAlso rdf:resource="workflow/Hello.rdf"/>
</Workflow></workflow><mainProfile rdf:resource="profile/server/"/>
<profile><Profile rdf:about="profile/server/"><rdfs:seeAlso rdf:resource="profile/server.rdf"/>
</Profile></profile></WorkflowBundle>"""
    graph = """<Workflow rdf:about=""><name>Hello</name>
<inputWorkflowPort><InputWorkflowPort rdf:about="in/who"><name>who</name><portDepth>1</portDepth>
</InputWorkflowPort></inputWorkflowPort>
<outputWorkflowPort><OutputWorkflowPort rdf:about="out/all"><name>all</name>
</OutputWorkflowPort></outputWorkflowPort>
<processor><Processor rdf:about="processor/Greet/"><name>Greet</name>
<inputProcessorPort><InputProcessorPort rdf:about="processor/Greet/in/name"><name>name</name>
<portDepth>0</portDepth></InputProcessorPort></inputProcessorPort>
<outputProcessorPort><OutputProcessorPort rdf:about="processor/Greet/out/text"><name>text</name>
<portDepth>0</portDepth></OutputProcessorPort></outputProcessorPort>
<iterationStrategyStack><IterationStrategyStack rdf:about="s"><iterationStrategies>
<CrossProduct rdf:about="s/0"><productOf><PortNode rdf:about="s/0/0">
<iterateOverInputPort rdf:resource="processor/Greet/in/name"/><desiredDepth>0</desiredDepth>
</PortNode></productOf></CrossProduct></iterationStrategies></IterationStrategyStack>
</iterationStrategyStack></Processor></processor>
<datalink><DataLink rdf:about="l1"><receiveFrom rdf:resource="in/who"/>
<sendTo rdf:resource="processor/Greet/in/name"/></DataLink></datalink>
<datalink><DataLink rdf:about="l2"><receiveFrom rdf:resource="processor/Greet/out/text"/>
<sendTo rdf:resource="out/all"/><mergePosition>7</mergePosition></DataLink></datalink>
<datalink><DataLink rdf:about="l3"><receiveFrom rdf:resource="in/who"/>
<sendTo rdf:resource="out/all"/><mergePosition>3</mergePosition></DataLink></datalink>
</Workflow>"""
    profile = """<Profile rdf:about=""><name>server</name></Profile>
<Activity rdf:about="activity/a/"><rdf:type
rdf:resource="http://ns.taverna.org.uk/2010/activity/beanshell"/><name>a</name>
<inputActivityPort><InputActivityPort rdf:about="activity/a/in/person"><name>person</name>
<portDepth>0</portDepth></InputActivityPort></inputActivityPort>
<outputActivityPort><OutputActivityPort rdf:about="activity/a/out/hello"><name>hello</name>
<portDepth>0</portDepth></OutputActivityPort></outputActivityPort></Activity>
<ProcessorBinding rdf:about="b/"><name>b</name><bindActivity rdf:resource="activity/a/"/>
<bindProcessor rdf:resource="../../workflow/Hello/processor/Greet/"/>
<activityPosition>10</activityPosition>
<inputPortBinding><InputPortBinding rdf:about="b/in"><bindInputActivityPort
rdf:resource="activity/a/in/person"/><bindInputProcessorPort
rdf:resource="../../workflow/Hello/processor/Greet/in/name"/></InputPortBinding></inputPortBinding>
<outputPortBinding><OutputPortBinding rdf:about="b/out"><bindOutputActivityPort
rdf:resource="activity/a/out/hello"/><bindOutputProcessorPort
rdf:resource="../../workflow/Hello/processor/Greet/out/text"/></OutputPortBinding>
</outputPortBinding></ProcessorBinding>
<Configuration rdf:about="c/"><name>c</name><configure rdf:resource="activity/a/"/>
<rdfs:seeAlso rdf:resource="configuration/a.json"/></Configuration>
<Configuration rdf:about="d/"><name>d</name>
<configure rdf:resource="../../workflow/Hello/processor/Greet/"/>
<rdfs:seeAlso rdf:resource="configuration/greet-proc.json"/></Configuration>"""
    script = {"script": 'hello = "Hello, " + person;', "classLoaderSharing": "workflow"}
    layers = {"parallelize": {"maxJobs": 3}, "retry": {"maxRetries": 2, "initialDelay": 10}}
    return packed(
        {
            "mimetype": b"application/vnd.taverna.scufl2.workflow-bundle",
            "workflowBundle.rdf": rdf("./", about),
            "workflow/Hello.rdf": rdf("Hello/", graph),
            "profile/server.rdf": rdf("server/", profile),
            "profile/server/configuration/a.json": json.dumps(script).encode(),
            "profile/server/configuration/greet-proc.json": json.dumps(layers).encode(),
        }
    )


def foreign_activity(
    kind: str, config: Mapping[str, Any], takes: str = "person", gives: str = "hello"
) -> bytes:
    """The same with another activity: Taverna 3's name of its kind, its JSON, its ports."""
    profile = entries(foreign())["profile/server.rdf"].decode()
    for old, new in (
        ("activity/beanshell", f"activity/{kind}"),
        ("person", takes),
        ("hello", gives),
    ):
        profile = profile.replace(old, new)
    files = {
        "profile/server.rdf": profile.encode(),
        "profile/server/configuration/a.json": json.dumps(config).encode(),
    }
    return changed(foreign(), files)
