"""The field of a file that every form shares: `file = upload("Document signé")`."""

from typing import IO, Any

from flask_wtf.file import FileField
from wtforms import ValidationError

from cptsapp.files.rules import ACCEPT, KINDS

CHOOSE = "Choisissez un fichier."
# What a form may weigh with its file, for `http.uploads.takes_files`.
BODY_BYTES = 25 * 1024 * 1024 + 64 * 1024


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
    """A field for one file of 25 MB at most. The form's `enctype` must be multipart, its view must declare
    `@uploads.takes_files(BODY_BYTES)`; whether the content is taken is said by `files.actions.store`, as a Refusal.
    """
    return UploadField(label, [] if optional else [_given], render_kw={"accept": ACCEPT})


def _given(_form: Any, field: UploadField) -> None:
    if not field.is_given:
        raise ValidationError(CHOOSE)
