"""Makes the compiled catalogues that Babel reads out of the written ones that people keep.

Compiled files are not in the repository; they are made beside the written ones when those are newer.
"""

from __future__ import annotations

import logging
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "translations"

logger = logging.getLogger(__name__)


def compile_stale(folder: Path = FOLDER) -> int:
    """Compile every catalogue whose written form is newer; returns how many. A folder that cannot be written to is logged."""
    done = 0
    for written in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        compiled = written.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= written.stat().st_mtime:
            continue
        try:
            _compile(written, compiled)
        except OSError:
            logger.warning("cannot write %s: pages stay in English", compiled, exc_info=True)
        else:
            done += 1
    return done


def _compile(written: Path, compiled: Path) -> None:
    """Beside the place first, then moved: another process never reads half a file."""
    with written.open("rb") as file:
        catalogue = read_po(file, locale=written.parts[-3])
    half = compiled.with_suffix(f".mo.{id(catalogue)}")
    with half.open("wb") as file:
        write_mo(file, catalogue)
    half.replace(compiled)
