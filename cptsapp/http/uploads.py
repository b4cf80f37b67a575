"""Large files: written to the disk as they arrive, for the few views that take them and for those who may enter.

Elsewhere a body of more than `MAX_CONTENT_LENGTH` is refused before it is read, and so it is here for anyone else.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Request as FlaskRequest
from flask import current_app

from cptsapp.http import access

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = "imports"
PREFIX = ".recu-"


def takes_files(max_bytes: int) -> Callable[[F], F]:
    """The view takes a body of so many bytes; put it above `@requires`, which says from whom."""

    def declare(view: F) -> F:
        view.takes_bytes = max_bytes  # type: ignore[attr-defined]  # read back by `Request`
        return view

    return declare


def folder() -> Path:
    """Where files wait on the disk of the instance, for its owner alone."""
    path = Path(current_app.instance_path) / FOLDER
    path.mkdir(mode=0o700, exist_ok=True)
    return path


class Request(FlaskRequest):
    """Flask's request, that knows which views take large files."""

    @property
    def max_content_length(self) -> int | None:
        """The bytes that a body may have: the view's own, never more than half of what the disk has left."""
        large = self._large()
        return min(large, shutil.disk_usage(folder()).free // 2) if large else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _large(self) -> int:
        """What the view takes from whoever asks; 0 for the bytes of any other."""
        view = current_app.view_functions.get(self.endpoint or "")
        allowed: int = getattr(view, "takes_bytes", 0)
        return allowed if allowed and self.method == "POST" and access.is_open_to_user(self.endpoint) else 0

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """A file of the instance for a view that takes large ones: /tmp may be memory. It goes with the request."""
        if not self._large():
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return tempfile.NamedTemporaryFile(dir=folder(), prefix=PREFIX)
