"""What the runner hides: each masked value, each of its lines, and some of their spellings."""

import base64
import json
import re
from urllib.parse import quote
from xml.sax.saxutils import escape


class Masks:
    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._values: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, value: str) -> None:
        for part in [value, *(line.strip() for line in re.split(r"[\r\n]+", value))]:
            if part.strip():
                self._values |= _spellings(part)

    def __call__(self, text: str) -> str:
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, "***")
        return text


def _spellings(value: str) -> set[str]:
    raw = value.encode()
    # Base64 of the value inside longer data: at three alignments, without the characters that depend on
    # what is around it.
    base64_forms = {
        base64.b64encode(raw[shift:])[: (len(raw) - shift) // 3 * 4].decode() for shift in range(3)
    }
    forms = {value, json.dumps(value)[1:-1], quote(value, safe=""), escape(value)} | base64_forms
    if len(value) > 8 and value[0] == value[-1] == '"':
        forms.add(value[1:-1])
    return {form for form in forms if len(form) >= min(4, len(value)) and form.strip()}
