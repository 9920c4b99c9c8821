"""The gate: `python -m tests` checks form, lint, types, contracts and packs, then runs every test. One exit code.

What follows on the command line goes to pytest: `python -m tests -k planner`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PROCESSES = min(os.cpu_count() or 1, 4)

CHECKS: Sequence[tuple[str, Sequence[str]]] = (
    ("form", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    ("lint", (str(BIN / "ruff"), "check", "--quiet", ".")),
    ("types", (str(BIN / "mypy"),)),
    ("contracts", (str(BIN / "lint-imports"), "--no-cache")),
    ("words", (sys.executable, "-m", "tests.support.words")),
    (
        "packs",
        (
            sys.executable,
            "-m",
            "trainer",
            "packs",
            "check",
            *(
                f"curricula/{pack}"
                for pack in ("core", "protection", "security-and-reform", "new-threats", "role-tracks")
            ),
        ),
    ),
    ("tests", (sys.executable, "-m", "pytest", "-q", "-n", str(PROCESSES), *sys.argv[1:])),
)


def main() -> int:
    """Run every check, tell what failed, and go on to the next."""
    failed = []
    for name, command in CHECKS:
        print(f"── {name}", flush=True)
        began = time.monotonic()
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
    print("all checks passed" if not failed else f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
