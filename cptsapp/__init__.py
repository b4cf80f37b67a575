"""cptsapp: the intranet of one CPTS."""

from flask import Flask

from cptsapp import settings as settings_module
from cptsapp.settings import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application: settings, extensions, features, start-up checks. Raises BadSettings or RuntimeError."""
    from cptsapp import features
    from cptsapp.core import clock, db, erasures, seal, stamps
    from cptsapp.http import stack

    chosen = settings or settings_module.read()
    clock.configure(chosen.clock)
    seal.use(seal.load_or_create(chosen.keys_path))
    erasures.use(chosen.erasures_path)
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(chosen.instance),
    )
    stack.configure(app, chosen)
    db.init_app(app, chosen.database_url)
    with app.app_context():
        stamps.listen(db.db.engine)
    features.register(app)
    stack.install(app, chosen)
    features.check(app)
    return app
