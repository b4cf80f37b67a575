"""Static files under names that carry their hash, compressed once, kept ten years by browsers."""

import hashlib
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

COMPRESSED = {".css", ".js", ".svg"}


def init_app(app: Flask, source: Path, cache: Path) -> None:
    """Serve `source` under /static/, from copies named by content in `cache`; `static_url(name)` gives the address."""
    names = {path.relative_to(source).as_posix(): path for path in _published(source)}
    hashed = {name: _keep(name, path, cache) for name, path in names.items()}
    app.jinja_env.globals["static_url"] = lambda name: f"/static/{hashed[name]}"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(cache),
        prefix="static/",
        immutable_file_test=lambda _path, _url: True,
        max_age=315360000,
        add_headers_function=_nosniff,
    )


def _published(source: Path) -> list[Path]:
    served = COMPRESSED | {".png", ".ico", ".webmanifest", ".txt"}
    return [p for p in sorted(source.rglob("*")) if p.suffix in served and "css" not in p.parts[-2:-1]]


def _keep(name: str, path: Path, cache: Path) -> str:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    stem, suffix = name.rsplit(".", 1)
    kept = f"{stem}.{digest}.{suffix}"
    target = cache / kept
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in COMPRESSED:
            target.with_name(target.name + ".br").write_bytes(brotli.compress(content))
        target.write_bytes(content)
    return kept


def _nosniff(headers: object, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]
