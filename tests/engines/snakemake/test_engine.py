from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.steps.foreign import python_of
from tests.engines.foreign import STOP, ForeignRun, bubblewrap, prepare, stop_while_running

pytestmark = pytest.mark.skipif(
    python_of("snakemake") is None, reason="Snakemake is not installed here"
)

GREETINGS = """
rule all:
    input: "results/both.txt"

rule greet:
    output: "results/{name}.txt"
    params: word=config["word"]
    container: "docker://python:2.7-slim"
    shell: "echo {params.word} {wildcards.name} | tee {output}"

rule join:
    input: "results/Jane.txt", "results/Joe.txt"
    output: "results/both.txt"
    shell: "cat {input} > {output}"
"""


def snakemake(root: Path, snakefile: str, **options: Any) -> ForeignRun:
    told = {
        "inputs": {"parameters": {"word": "Hello", "count": 1}},
        "workflow": {"type": "snakemake", "file": "Snakefile"},
    }
    return prepare(root, told, {"Snakefile": snakefile}, **options)


def one_rule(body: str) -> str:
    return f'rule only:\n    output: "made.txt"\n{body}'


def test_rules_run_as_jobs_in_the_workspace(tmp_path: Path) -> None:
    run = snakemake(tmp_path, GREETINGS)
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "results" / "both.txt").read_text() == "Hello Jane\nHello Joe\n"
    assert run.steps() == {"greet": (0, 0, 2, 0), "join": (0, 0, 1, 0)}
    assert run.planned() == 3
    logs = {job["command"]: run.log_of(job) for job in run.jobs() if job["step"] == "greet"}
    assert logs == {
        "echo Hello Jane | tee results/Jane.txt": "Hello Jane\n",
        "echo Hello Joe | tee results/Joe.txt": "Hello Joe\n",
    }
    assert {job["environment"] for job in run.jobs()} == {"python:2.7-slim", ""}


def test_engine_log_has_the_lines_that_test_suites_look_for(tmp_path: Path) -> None:
    run = snakemake(tmp_path, GREETINGS)
    run.execute()
    line = "snakemake.logging | MainThread | INFO |"
    assert f"{line} Building DAG of jobs..." in run.engine_log
    assert f"{line} 4 of 4 steps (100%) done" in run.engine_log


def test_independent_rules_run_side_by_side(tmp_path: Path) -> None:
    rules = 'rule all:\n    input: "one", "two"\n'
    for name, other in (("one", "two"), ("two", "one")):
        wait = f"touch {name}.on; until [ -e {other}.on ]; do sleep 0.02; done"
        rules += f'rule {name}:\n    output: "{name}"\n    shell: "{wait}; touch {name}"\n'
    run = snakemake(tmp_path, rules)
    assert run.execute() == 0, run.engine_log


def test_parameters_given_as_texts_have_the_declared_types(tmp_path: Path) -> None:
    shell = '    params: n=config["count"] + 1\n    shell: "echo {params.n} > {output}"\n'
    run = snakemake(tmp_path, one_rule(shell), parameters={"count": "41"})
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "made.txt").read_text() == "42\n"


def test_failing_rule_is_named(tmp_path: Path) -> None:
    run = snakemake(tmp_path, one_rule('    shell: "echo oh >&2; exit 3"\n'))
    assert run.execute() == 1
    assert run.job("only")["exit_code"] == 3
    assert run.log_of(run.job("only")) == "oh\n"
    assert "Step 'only' failed with exit code 3" in run.engine_log
    assert "Error in rule only" in run.engine_log


def test_missing_snakefile_is_a_sentence(tmp_path: Path) -> None:
    run = snakemake(tmp_path, "")
    (run.wd / "Snakefile").unlink()
    assert run.execute() == 255
    assert "The workflow file 'Snakefile' is not in the workspace" in run.engine_log


def test_missing_input_ends_it_with_the_rule_that_wants_it(tmp_path: Path) -> None:
    run = snakemake(tmp_path, one_rule('    input: "gone.txt"\n    shell: "cat {input}"\n'))
    assert run.execute() == 1
    assert "Missing input files for rule only" in run.engine_log


@pytest.mark.parametrize("sandbox", ["host", pytest.param("bwrap", marks=bubblewrap)])
def test_run_and_script_blocks_belong_to_their_rules(tmp_path: Path, sandbox: str) -> None:
    rules = (
        'rule all:\n    input: "made.txt"\n'
        'rule first:\n    output: "first.txt"\n    script: "make.py"\n'
        'rule second:\n    input: "first.txt"\n    output: "made.txt"\n'
        '    run:\n        shell("cat {input} > {output}; echo ran")\n'
    )
    run = snakemake(tmp_path, rules, step_sandbox=sandbox)
    (run.wd / "make.py").write_text("open(snakemake.output[0], 'w').write('scripted')")
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "made.txt").read_text() == "scripted"
    assert run.log_of(run.job("second")) == "ran\n"
    assert run.steps() == {"first": (0, 0, 1, 0), "second": (0, 0, 1, 0)}


def test_restart_goes_on_from_what_is_there(tmp_path: Path) -> None:
    first = snakemake(tmp_path, GREETINGS.replace("cat {input}", "false"))
    assert first.execute() == 1
    second = snakemake(tmp_path, GREETINGS, workspace=first.run_id)
    assert second.execute() == 0, second.engine_log
    assert [job["step"] for job in second.jobs()] == ["join"]
    assert (second.wd / "results" / "both.txt").exists()


def test_stop_ends_it_within_a_second_and_what_it_leaves_can_be_restarted(tmp_path: Path) -> None:
    slow = one_rule("    shell: \"touch {output}; setsid sleep 60 & trap '' TERM; sleep 60\"\n")
    run = snakemake(tmp_path, slow)
    code, seconds, left = stop_while_running(run)
    assert (code, left) == (143, [])
    assert seconds < STOP
    assert run.job("only")["status"] == "stopped"
    again = snakemake(
        tmp_path, one_rule('    shell: "echo {output} > {output}"\n'), workspace=run.run_id
    )
    assert again.execute() == 0, again.engine_log


@bubblewrap
def test_sandboxed_rules_find_the_same_files(tmp_path: Path) -> None:
    run = snakemake(tmp_path, GREETINGS, step_sandbox="bwrap")
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "results" / "both.txt").read_text() == "Hello Jane\nHello Joe\n"
    assert run.job("join")["backend"] == "bwrap"


@bubblewrap
def test_snakefile_itself_is_read_behind_the_walls(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("hush")
    run = snakemake(tmp_path, f'print(open("{tmp_path}/other").read())', step_sandbox="bwrap")
    assert run.execute() == 1
    assert "hush" not in run.engine_log
    assert "No such file or directory" in run.engine_log


def test_report_that_cannot_be_made_costs_a_warning(tmp_path: Path) -> None:
    run = snakemake(tmp_path, GREETINGS, operational={"report": "nowhere/report.html"})
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "nowhere" / "report.html").exists() or "No report was made" in run.engine_log
