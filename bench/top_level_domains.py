"""Write the names of the top-level domains that DCLM knows, from the list in a checkout of mlfoundations/dclm.

    python bench/top_level_domains.py DCLM src/tilth/kernels/top_level_domains.json

The names are IANA's register (its database of the root zone), in Unicode where they are not Latin, as of some day in 2019.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SOURCE = (
    "IANA's register of top-level domains, as read by DCLM (MIT, commit 361714b), baselines/mappers/iana_tlds.txt; "
    "written by bench/top_level_domains.py"
)


def main(checkout: Path, target: Path) -> None:
    names = sorted(set((checkout / "baselines" / "mappers" / "iana_tlds.txt").read_text("utf-8").splitlines()) - {""})
    target.write_text(json.dumps({"source": SOURCE, "names": " ".join(names)}, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
