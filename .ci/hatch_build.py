"""What is made when a wheel is built: a manual page for every command, from what its help says."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPages(BuildHookInterface[Any]):
    """Puts cecli.1 and cecli-COMMAND.1 where ``man`` looks below the prefix that the wheel is installed to."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages to a folder that is there while the wheel is built. Loads Click and nothing else."""
        self.folder = Path(tempfile.mkdtemp(prefix="cecli-man-"))
        for name, text in manual_pages(self.root).items():
            page = self.folder / f"{name}.1"
            page.write_text(text, encoding="ascii", newline="\n")
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder)


def manual_pages(root: str) -> dict[str, str]:
    """Name -> source of the manual page, of the commands in the source tree at ``root``."""
    sys.path.insert(0, root)
    try:
        from cecli import __version__
        from cecli.cli import COMMANDS, GROUPS, group
        from cecli.commands.manual_page import page_of
        from cecli.report.pages.manual import as_roff
    finally:
        sys.path.remove(root)
    pages = [page_of(group, name, GROUPS, __version__) for name in (None, *COMMANDS)]
    return {page.name: as_roff(page) for page in pages}
