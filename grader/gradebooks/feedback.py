"""Everybody's report in one zip that the learning platform takes back and hands out.

Moodle: "Upload multiple feedback files in a zip", with a folder for each participant as in its
download. Canvas: "Upload Submissions", files whose names begin as those of the download do. What a
page is called there was found out when the download was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile


def write_feedback(pages: Mapping[str, str], path: Path) -> None:
    """Write the zip.

    Args:
        pages: what a page is called there -> its HTML.
        path: the zip.

    Raises:
        OSError: the zip cannot be written.
    """
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, page in pages.items():
            packed.writestr(name, page.encode())
