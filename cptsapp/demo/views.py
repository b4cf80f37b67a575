"""/composants: every component of the pages on one living page. A demonstration's only; 404 elsewhere."""

from flask import Blueprint, current_app, render_template

from cptsapp.core import clock
from cptsapp.core.refusals import Invisible
from cptsapp.http.access import public
from cptsapp.http.samples import sample_form

blueprint = Blueprint("demo", __name__)


@blueprint.get("/composants")
@public
def components() -> str:
    """The page of components, with invented values."""
    if current_app.config["CPTSAPP"].mode != "demo":
        raise Invisible
    now_ms = round(clock.now().timestamp() * 1000)
    return render_template("components/demo_page.html", form=sample_form(), now_ms=now_ms)
