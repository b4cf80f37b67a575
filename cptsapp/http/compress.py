"""Brotli on pages, so that a machine without a reverse proxy serves them light too."""

import brotli
from flask import Flask, Response, request

SMALLEST = 600
QUALITY = 4  # above it a page costs more processor than the phone's network gains


def init_app(app: Flask) -> None:
    """Compress HTML for browsers that accept it."""

    @app.after_request
    def _compress(response: Response) -> Response:
        if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
            return response
        if response.cache_control.no_transform:  # a page whose size must tell nothing
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        if len(body) < SMALLEST or not request.accept_encodings["br"]:
            return response
        response.set_data(brotli.compress(body, quality=QUALITY))
        response.headers["Content-Encoding"] = "br"
        return response
