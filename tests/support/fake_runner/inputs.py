"""How ``with:`` and the defaults of action.yml become ``INPUT_*``."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_EXPRESSION = re.compile(r"\$\{\{\s*github\.([a-z_]+)\s*\}\}")


def read_action(action_yml: Path) -> dict[str, Any]:
    action: dict[str, Any] = YAML(typ="safe").load(action_yml.read_text(encoding="utf-8"))
    return action


def input_variables(
    action: Mapping[str, Any], given: Mapping[str, str], github: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The variables, and a warning for what was given without being declared.

    Every declared input is set: to what was given, else to its default, else to the empty string. A name
    keeps its hyphens; a value is not trimmed.
    """
    declared = {name: spec or {} for name, spec in (action.get("inputs") or {}).items()}
    values = {name: _default(spec.get("default"), github) for name, spec in declared.items()} | dict(given)
    known = {name.lower() for name in declared} | {"entrypoint", "args"}
    unexpected = [name for name in given if name.lower() not in known]
    variables = {f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in values.items()}
    return variables, [f"Unexpected input(s) '{name}'" for name in unexpected]


def _default(default: object, github: Mapping[str, str]) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return _EXPRESSION.sub(lambda match: github[match[1]], str(default))
