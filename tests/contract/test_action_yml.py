"""action.yml says what the program does, and everything that we show to others says what action.yml says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import publer_publish
from publer_publish import config
from tests.support import repository as repo

ACTION = repo.action()
COLOURS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
NOT_ON_THE_MARKETPLACE = {
    "coffee", "columns", "divide-circle", "divide-square", "divide", "frown", "hexagon", "key", "meh",
    "mouse-pointer", "smile", "tool", "x-octagon",
}  # fmt: skip


def test_the_inputs_and_their_defaults_are_those_that_workflows_depend_on() -> None:
    assert {name: rule.get("default", "") for name, rule in ACTION["inputs"].items()} == repo.INPUTS


def test_the_outputs_are_those_that_workflows_depend_on() -> None:
    assert tuple(ACTION["outputs"]) == repo.OUTPUTS


def test_the_program_knows_the_same_inputs_with_the_same_defaults() -> None:
    # The job's token is the runner's to give: at a terminal there is none.
    known = {name: one.default for name, one in config.INPUTS.items()}
    assert known == {**repo.INPUTS, "github-token": ""}


def test_no_input_claims_to_be_required_because_no_runner_enforces_it() -> None:
    assert [name for name, rule in ACTION["inputs"].items() if "required" in rule] == []


def test_every_input_and_output_is_described() -> None:
    described = {**ACTION["inputs"], **ACTION["outputs"]}
    assert [name for name, rule in described.items() if len(rule["description"]) < 20] == []


def test_the_marketplace_takes_it() -> None:
    assert len(ACTION["description"]) < 125
    assert ACTION["branding"]["color"] in COLOURS
    assert ACTION["branding"]["icon"] not in NOT_ON_THE_MARKETPLACE
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", ACTION["branding"]["icon"])


def test_the_runner_knows_every_key_under_runs() -> None:
    # A key that it does not know is an error there, unlike everywhere else in the file.
    assert set(ACTION["runs"]) == {"using", "image", "entrypoint"}
    assert ACTION["runs"]["using"] == "docker"


def test_the_image_is_built_here_or_pinned_by_digest_in_one_replaceable_line() -> None:
    """A release that named its image by a tag could be changed after it was reviewed (moved tag)."""
    lines = [
        line
        for line in (repo.ROOT / "action.yml").read_text(encoding="utf-8").splitlines()
        if "image:" in line
    ]
    assert len(lines) == 1
    assert re.fullmatch(
        r"  image: (Dockerfile|docker://ghcr\.io/publer-publish/publer-publish@sha256:[0-9a-f]{64})", lines[0]
    )


def _uses_of_our_action() -> list[tuple[str, dict[str, object]]]:
    files = [
        (str(path.relative_to(repo.ROOT)), path.read_text(encoding="utf-8"))
        for path in (*repo.WORKFLOWS, *repo.EXAMPLES)
    ]
    return [
        (place, step)
        for place, text in (*files, *repo.documented_yaml())
        if "uses:" in text
        for step in repo.steps(repo.load(text))
        if repo.is_our_action(step)
    ]


@pytest.mark.parametrize(("place", "step"), [pytest.param(*use, id=use[0]) for use in _uses_of_our_action()])
def test_every_input_that_we_show_exists(place: str, step: dict[str, dict[str, str]]) -> None:
    unknown = set(step.get("with", {})) - set(ACTION["inputs"])
    assert unknown == set(), place


@pytest.mark.parametrize(("place", "step"), [pytest.param(*use, id=use[0]) for use in _uses_of_our_action()])
def test_no_key_is_ever_shown_in_clear(place: str, step: dict[str, dict[str, str]]) -> None:
    """Users copy what they see (leaked key): a literal under ``with:`` is printed before it can be masked."""
    key = step.get("with", {}).get("api-key", "${{ secrets.X }}")
    assert re.fullmatch(r"\$\{\{ secrets\.[\w-]+(?: \|\| secrets\.[\w-]+)? \}\}", key), place


@pytest.mark.parametrize("path", [*repo.WORKFLOWS, *repo.EXAMPLES], ids=lambda path: path.name)
def test_every_output_that_a_workflow_reads_exists(path: Path) -> None:
    document = repo.read(path)
    ours = {step["id"] for step in repo.steps(document) if repo.is_our_action(step) and "id" in step}
    called = {
        name: set((repo.read(workflow)["on"]["workflow_call"] or {}).get("outputs", {}))
        for name, job in document["jobs"].items()
        if "uses" in job and (workflow := repo.our_workflow(job))
    }
    passed_on = {name: set(job.get("outputs", {})) for name, job in document["jobs"].items()}
    for kind, name, output in repo.outputs_used(path.read_text(encoding="utf-8")):
        if kind == "steps" and name in ours:
            assert output in repo.OUTPUTS
        elif kind in {"needs", "jobs"}:
            assert output in called.get(name, set()) | passed_on[name]


@pytest.mark.parametrize("place", [place for place, _ in repo.documented_yaml()])
def test_every_output_that_a_page_reads_exists(place: str) -> None:
    text = dict(repo.documented_yaml())[place]
    if "uses:" not in text:
        return
    ours = {step["id"] for step in repo.steps(repo.load(text)) if repo.is_our_action(step) and "id" in step}
    read = {output for kind, name, output in repo.outputs_used(text) if kind == "steps" and name in ours}
    assert read <= set(repo.OUTPUTS)
    for name, job in (repo.load(text).get("jobs", {}) if "jobs:" in text else {}).items():
        if "uses" in job and (workflow := repo.our_workflow(job)):
            passed_on = set(repo.read(workflow)["on"]["workflow_call"].get("outputs", {}))
            assert {output for _, job_id, output in repo.outputs_used(text) if job_id == name} <= passed_on


def _header(path: Path) -> str:
    """The example that a reusable workflow shows in its first comment."""
    lines = path.read_text(encoding="utf-8").split("\nname:")[0].splitlines()
    return "\n".join(line.removeprefix("#").removeprefix("  ") for line in lines if line.startswith("#   "))


def _calls_of_our_workflows() -> list[tuple[str, dict[str, Any], Path]]:
    files = [(str(path.relative_to(repo.ROOT)), path.read_text(encoding="utf-8")) for path in repo.EXAMPLES]
    headers = [(f"{path.name} (header)", _header(path)) for path in repo.WORKFLOWS]
    return [
        (place, step, workflow)
        for place, text in (*files, *headers, *repo.documented_yaml())
        if "uses:" in text
        for step in repo.steps(repo.load(text))
        if (workflow := repo.our_workflow(step))
    ]


def test_the_calls_of_our_workflows_that_we_show_are_found() -> None:
    assert {workflow.name for _, _, workflow in _calls_of_our_workflows()} == {
        "announce.yml",
        "validate-posts.yml",
        "doctor.yml",
    }
    assert len([place for place, _, _ in _calls_of_our_workflows() if "(header)" in place]) == 3


@pytest.mark.parametrize(
    ("place", "call", "workflow"), [pytest.param(*one, id=one[0]) for one in _calls_of_our_workflows()]
)
def test_every_call_of_our_workflows_that_we_show_works(
    place: str, call: dict[str, Any], workflow: Path
) -> None:
    """GitHub refuses a call with an unknown input or secret, or with fewer rights than the called jobs want."""
    takes = repo.read(workflow)["on"]["workflow_call"]
    assert set(call.get("with", {})) <= set(takes["inputs"]), place
    assert set(call.get("secrets", {})) <= set(takes.get("secrets", {})), place
    needed = {
        name
        for kind, given in (("inputs", "with"), ("secrets", "secrets"))
        for name, rule in takes.get(kind, {}).items()
        if rule.get("required") and name not in call.get(given, {})
    }
    assert needed == set(), place
    (job,) = repo.read(workflow)["jobs"].values()
    assert call["permissions"] == job["permissions"], place
    assert set(job["permissions"].values()) == {"read"}


def _table(page: str, first_header: str) -> dict[str, list[str]]:
    """The rows of the Markdown table whose first header is given, by the name in their first cell."""
    rows: dict[str, list[str]] = {}
    inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if cells[0].lower() == first_header:
            inside = True
        elif inside and not line.startswith("|"):
            inside = False
        elif inside and not set(line) <= set("|-: "):
            for name in re.findall(r"`([\w-]+)`", cells[0]):
                rows[name] = cells[1:]
    return rows


def _readme() -> str:
    return (repo.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_input_with_its_default() -> None:
    rows = _table(_readme(), "input")
    assert set(rows) == set(repo.INPUTS)
    wrong = {
        name: cells[0]
        for name, cells in rows.items()
        if repo.INPUTS[name] and repo.INPUTS[name] not in cells[0].replace("`", "")
    }
    assert wrong == {}


def test_the_readme_lists_every_output() -> None:
    assert set(_table(_readme(), "output")) == set(repo.OUTPUTS)


def test_the_changelog_knows_this_version() -> None:
    changelog = (repo.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert newest
    assert newest.group(1) == publer_publish.__version__


def test_every_name_of_a_release_that_we_write_exists_after_this_one() -> None:
    """`@v1` in a README whose newest release is 0.9 is a workflow that nobody can run."""
    major = publer_publish.__version__.partition(".")[0]
    pages = [
        *repo.ROOT.glob("*.md"),
        *(
            path
            for place in ("docs", "examples", ".github", "schemas")
            for path in (repo.ROOT / place).rglob("*.*")
        ),
    ]
    ours = re.compile(
        rf"{repo.OURS}(?:/[\w./-]*)?@v([\w.-]+)|{repo.OURS}/v(\d+)/|^\s*rev: v(\S+)", re.MULTILINE
    )
    found = {
        (str(path.relative_to(repo.ROOT)), "".join(match.groups("")))
        for path in pages
        if path.suffix in {".md", ".yml", ".json"}
        for match in ours.finditer(path.read_text(encoding="utf-8"))
    }
    assert found
    assert {one for one in found if one[1] not in {major, publer_publish.__version__}} == set()


def test_the_results_output_is_described_with_the_fields_of_its_schema() -> None:
    schema = json.loads((repo.ROOT / "schemas" / "results.schema.json").read_text(encoding="utf-8"))
    row = schema["items"]
    fields = row.get("properties") or schema["$defs"][row["$ref"].rpartition("/")[2]]["properties"]
    described = ACTION["outputs"]["results"]["description"].rpartition(": ")[2].rstrip(".")
    assert described.split(", ") == list(fields)
