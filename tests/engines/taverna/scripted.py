"""t2flow documents with Beanshell scripts, and run directories for them."""

from __future__ import annotations

from html import escape
from pathlib import Path

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.model.run import RunInput
from tests.workflow.documents import dataflow, document, layer, processor

BEAN = "net.sf.taverna.t2.activities.beanshell.BeanshellActivityConfigurationBean"
PORT = "net.sf.taverna.t2.workflowmodel.processor.activity.config.Activity{}PortDefinitionBean"


def _defined(kind: str, words: str) -> str:
    bean = PORT.format(kind)
    return "".join(
        f"<{bean}><name>{word.partition(':')[0]}</name><depth>{word.partition(':')[2] or 0}</depth>"
        f"</{bean}>"
        for word in words.split()
    )


def port_map(tag: str, words: str) -> str:
    names = [word.partition(":")[0] for word in words.split()]
    maps = "".join(f'<map from="{name}" to="{name}"/>' for name in names)
    return f"<{tag}>{maps}</{tag}>"


def scripted(name: str, script: str, inputs: str = "", outputs: str = "o", jobs: int = 1) -> str:
    """A processor that runs a script."""
    activity = f"""<activity>
<class>net.sf.taverna.t2.activities.beanshell.BeanshellActivity</class>
{port_map("inputMap", inputs)}{port_map("outputMap", outputs)}
<configBean encoding="xstream"><{BEAN} xmlns=""><inputs>{_defined("Input", inputs)}</inputs>
<outputs>{_defined("Output", outputs)}</outputs><script>{escape(script)}</script></{BEAN}>
</configBean></activity>"""
    layers = layer("Parallelize", "ParallelizeConfig", f"<maxJobs>{jobs}</maxJobs>")
    return processor(name, inputs, outputs, activity=activity, layers=layers)


def one_script(script: str, inputs: str = "", outputs: str = "o") -> bytes:
    """A workflow of one script, with an input and an output for each of its ports."""
    names_in = [word.partition(":")[0] for word in inputs.split()]
    names_out = [word.partition(":")[0] for word in outputs.split()]
    links = [f"{name} -> P.{name}" for name in names_in]
    links += [f"P.{name} -> {name}" for name in names_out]
    steps = [scripted("P", script, inputs, outputs)]
    return document(dataflow(inputs, " ".join(names_out), steps, links))


def made(
    root: Path, workflow: bytes, *inputs: RunInput, baclava_output: str | None = None
) -> RunDirectory:
    """A run directory ready to be executed."""
    directory = RunDirectory(root / "run")
    directory.create(workflow)
    directory.write_order(RunOrder("test-run", inputs=inputs, baclava_output=baclava_output))
    return directory
