"""Record which spans datatrove's PIIFormatter replaces in the texts of datatrove.json: run by hand where datatrove is installed.

    python tests/golden/pii/record.py
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("datatrove.json")


def spans(replacer: Any, text: str) -> list[list[int]]:
    return [list(m.span()) for m in replacer.regex.finditer(text) if not replacer.validator or replacer.validator(m.group(0))]


def main() -> None:
    from datatrove.pipeline.formatters.pii import PIIFormatter

    step, golden = PIIFormatter(), json.loads(FILE.read_text())
    replacers = {"emails": step.emails_replacer, "ips": step.ip_replacer}
    lines = [f' "source": "datatrove {version("datatrove")}, PIIFormatter(): the spans that it replaces, each kind on the text itself"']
    for kind, replacer in replacers.items():
        cases = [json.dumps([text, spans(replacer, text)]) for text, _ in golden[kind]]
        lines.append(f' "{kind}": [\n  ' + ",\n  ".join(cases) + "\n ]")
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
