"""A file that someone put, given back: to keep, never to be shown by the browser as a page of ours."""

from pathlib import Path

from flask import Response, send_file

# Were a browser to show it all the same: no script, no form, no frame, and an origin of its own.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def send(path: Path, name: str, media_type: str) -> Response:
    """The file as an attachment of that name. Raises FileNotFoundError when it is not on the disk."""
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name, etag=False, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def send_pdf(content: bytes, name: str) -> Response:
    """A PDF that the application has just written, shown by the browser that asked for it."""
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
