"""What this machine has and knows for sure: packages, their modules and Debian packages, pages of documentation; metadata is the gold."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pyarrow as pa

from tilth.errors import RecipeError
from tilth.semantic.demo.pages import Page, chosen, library_pages, standard_pages

LICENCES = {
    "MIT": r"\bMIT\b", "Apache-2.0": r"\bApache\b", "BSD": r"\bBSD\b", "MPL-2.0": r"\bMPL\b|Mozilla Public", "GPL": r"GPL\b|General Public",
    "PSF": r"\bPSF\b|Python Software Foundation", "ISC": r"\bISC\b",
}  # fmt: skip
LEAST = 200  # pages of which a fifth can teach something
README = 2500  # characters of a description that are read
_DPKG = ("dpkg-query", "-W", "-f", "${Package}\t${binary:Summary}\n")
_OWNERS = ("dpkg-query", "-S", "/usr/lib/python3/dist-packages/*-info")
_EVERYWHERE = "Software Development"  # a topic that says little: most packages name it


@dataclass(frozen=True)
class Machine:
    """Installed packages, the first `packages` by name, and of their documentation the `most` pages of lowest hash."""

    packages: int | None = None
    most: int = 4000

    def __post_init__(self) -> None:
        if (self.packages is not None and self.packages < 1) or self.most < LEAST:
            raise RecipeError(
                "There is too little to show.", where=f"tilth llm demo: packages={self.packages}, pages={self.most}",
                why=f"it needs at least one package, and {LEAST} pages", fix=f"--packages 50 --pages {LEAST}",
            )  # fmt: skip

    @cached_property
    def installed(self) -> dict[str, Distribution]:
        """The packages by name, the first of each on the path."""
        found: dict[str, Distribution] = {}
        for each in importlib.metadata.distributions():
            found.setdefault(each.metadata["Name"], each)
        return {name: found[name] for name in sorted(found, key=str.casefold)[: self.packages]}

    @cached_property
    def readmes(self) -> dict[str, str]:
        """The beginning of each package's description."""
        told = {name: each.metadata.json.get("description") for name, each in self.installed.items()}
        return {name: text[:README].strip() for name, text in told.items() if isinstance(text, str) and text.strip()}

    @cached_property
    def parts(self) -> dict[str, set[str]]:
        """Importable modules and Debian packages, as text, and the packages that each belongs to; of many none that is installed here."""
        names = {plain(name): name for name in self.installed}
        owners = {f"module {name}": owners for name, owners in importlib.metadata.packages_distributions().items()} | _debian()
        return {part: {names[plain(each)] for each in owners[part] if plain(each) in names} for part in sorted(owners)}

    @cached_property
    def pages(self) -> list[Page]:
        """Documentation of the standard library and of the packages."""
        found = [*standard_pages(), *(page for name, each in self.installed.items() for page in library_pages(name, each))]
        return chosen(found, self.most)

    def topics(self, package: str) -> set[str]:
        """The topics that a package names for itself, by the words that the package index has for them."""
        named = self.installed[package].metadata.get_all("Classifier") or [] if package in self.installed else []
        return {each.split(" :: ")[1] for each in named if each.startswith("Topic :: ")} - {_EVERYWHERE}

    @cached_property
    def common_topic(self) -> str:
        """The topic that most pages are about."""
        return max(self._topics, key=lambda topic: (self._topics[topic], topic))

    @cached_property
    def rare_topic(self) -> str:
        """The topic that nearest to one page in thirty is about."""
        return min(self._topics, key=lambda topic: (abs(self._topics[topic] - len(self.pages) / 30), topic))

    @cached_property
    def _topics(self) -> Counter[str]:
        counts = Counter(topic for page in self.pages for topic in self.topics(page.library))
        if not counts:
            raise RecipeError(
                "No package names a topic.", where="tilth llm demo", why=f"{len(self.installed)} packages were looked at",
                fix="leave --packages out; or pip install numpy pandas",
            )  # fmt: skip
        return counts

    def licence(self, package: str) -> str | None:
        """The licence that the metadata names, if it is one of LICENCES and only one."""
        told: dict[str, Any] = self.installed[package].metadata.json
        named = [each for each in told.get("classifier", []) if each.startswith("License")]
        text = " ".join([told.get("license_expression", ""), told.get("license", "")[:100], *named])  # some put the whole text there
        found = [name for name, pattern in LICENCES.items() if re.search(pattern, text)]
        return found[0] if len(found) == 1 else None

    def python(self, package: str) -> str | None:
        """The oldest Python that a package says it runs on."""
        least = re.search(r">=?\s*(3\.\d+)", str(self.installed[package].metadata.json.get("requires_python", "")))
        return least[1] if least else None

    def requires(self, package: str) -> list[str]:
        """What a package requires, extras aside."""
        needed = [each for each in self.installed[package].requires or () if "extra ==" not in each]
        return sorted({plain(match[0]) for each in needed if (match := re.match(r"[\w.-]+", each))})


def plain(name: str) -> str:
    """Return a package's name as indexes compare it.

    >>> plain("Ruamel.YAML")
    'ruamel-yaml'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _debian() -> dict[str, list[str]]:
    """Return the Debian packages of this system with their summaries, and the Python packages whose files each holds; else nothing."""
    if shutil.which(_DPKG[0]) is None:
        return {}
    owned: dict[str, list[str]] = {}
    for line in _said(_OWNERS).splitlines():
        package, _, path = line.partition(": ")
        owned.setdefault(package.partition(":")[0], []).append(re.split(r"-\d|\.egg-info|\.dist-info", Path(path).name)[0])
    lines = [line.partition("\t") for line in _said(_DPKG).splitlines()]
    return {f"Debian package {name}: {summary}": owned.get(name, []) for name, _, summary in lines}


def _said(command: tuple[str, ...]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def table(**columns: list[str]) -> pa.Table:
    """Return a table of texts."""
    return pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
