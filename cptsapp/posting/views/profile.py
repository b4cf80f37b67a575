"""One's profile as the regulators see it: patients en sus, with a note."""

from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.directory.models import Person
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.posting.actions.profile import set_overbook
from cptsapp.posting.forms import ProfileForm
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import home, is_self, list_title, someone, to


@blueprint.get("/mes-creneaux/profil")
@requires("snp.post")
def profile() -> Response:
    """The flag and its note."""
    person = someone()
    return _page(ProfileForm(data={"accepts": person.accepts_overbook, "note": person.overbook_note or ""}), person)


@blueprint.post("/mes-creneaux/profil")
@requires("snp.post")
def save_profile() -> Response:
    """Keep them."""
    person = someone()
    form = ProfileForm()
    if not form.is_valid():
        return _page(form, person, 422)
    set_overbook(person.id, form.accepts.data, form.note.data, by=current_user)
    return htmx.redirect(home(person.id, "profil", person.id))


def _page(form: ProfileForm, person: Person, status: int = 200) -> Response:
    return htmx.respond(
        "posting/profile.html",
        "posting/profile.html",
        status,
        form=form,
        title="Mon profil" if is_self(person) else f"Profil, {person.full_name}",
        post_url=to("save_profile", person.id),
        back_url=home(person.id),
        back_label=list_title(person),
    )
