"""The field of a file that every form shares: `file = upload("Document signé")`."""

from pathlib import Path
from typing import IO, Any

from flask_wtf.file import FileField
from wtforms import ValidationError

from cptsapp.core.refusals import Refusal
from cptsapp.core.text import looks_like_nir
from cptsapp.files import content
from cptsapp.files.rules import ACCEPT, EMPTY, KINDS, MAX_BYTES, NIR_NAMED, TOO_LARGE

CHOOSE = "Choisissez un fichier."
# What a body may weigh, for `http.uploads.takes_files`: more than a file may, so that the form can say it is too large.
BODY_BYTES = 2 * MAX_BYTES


class UploadField(FileField):
    """A file; `is_given` tells whether one was chosen, `stream` and `file_name` what `files.actions.store` takes."""

    hint = KINDS

    @property
    def is_given(self) -> bool:
        """An input left empty sends a file without a name."""
        return bool(self.data and getattr(self.data, "filename", ""))

    @property
    def stream(self) -> IO[bytes]:
        """The bytes of the file that was chosen."""
        stream: IO[bytes] = self.data.stream
        stream.seek(0)
        return stream

    @property
    def file_name(self) -> str:
        """The name it had on its owner's machine."""
        return self.data.filename if self.is_given else ""


def upload(label: str, *, optional: bool = False) -> Any:
    """A field for one file of 25 MB at most, refused by its content in a sentence under it.

    The form's `enctype` must be multipart and its view declare `@uploads.takes_files(BODY_BYTES)`.
    """
    return UploadField(label, [_taken] if optional else [_given, _taken], render_kw={"accept": ACCEPT})


def _given(_form: Any, field: UploadField) -> None:
    if not field.is_given:
        raise ValidationError(CHOOSE)


def _taken(_form: Any, field: UploadField) -> None:
    """Say at once what `store` would refuse, from the file that `http.uploads` wrote as it came."""
    if not field.is_given:
        return
    stream = field.stream
    stream.flush()
    path = Path(str(stream.name))
    size = path.stat().st_size
    if looks_like_nir(field.file_name):  # a scan is often called after whom it is about
        raise ValidationError(NIR_NAMED)
    if not size or size > MAX_BYTES:
        raise ValidationError(TOO_LARGE if size else EMPTY)
    try:
        content.media_type_of(path)
    except Refusal as refusal:
        raise ValidationError(refusal.message) from refusal
