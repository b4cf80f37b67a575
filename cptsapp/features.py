"""The features in menu order; the only module that imports views."""

from dataclasses import dataclass
from importlib import import_module

from flask import Flask, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import desks
from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.permissions import CODES
from cptsapp.checklists import sources
from cptsapp.core import local
from cptsapp.core.db import db
from cptsapp.directory import keepers
from cptsapp.directory.permissions import use_setting
from cptsapp.directory.queries.finding import tell
from cptsapp.directory.rules.facets import APPLIED, POSTS
from cptsapp.files import holders
from cptsapp.http import access, htmx
from cptsapp.inbox import followers
from cptsapp.ledger import naming
from cptsapp.membership.models import Application
from cptsapp.membership.queries.applications import applicants
from cptsapp.membership.queries.settings import shows_members
from cptsapp.migrations import commands
from cptsapp.snp.actions import release_hold
from cptsapp.snp.permissions import OWN
from cptsapp.snp.queries import posting_entries
from cptsapp.territory.queries import zone


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link of the bar: shown to whoever holds the permission, but not also the one of `unless`.

    `rooms`: the other addresses, each with those below it, where the link is the current one.
    """

    label: str
    endpoint: str
    permission: str
    unless: str = ""
    scopes: frozenset[str] = frozenset()
    rooms: tuple[str, ...] = ()

    def is_for(self, user: CurrentUser) -> bool:
        """Whether someone sees it; `scopes`, when given, are those that count."""
        if not user.can(self.permission) or (self.unless and user.can(self.unless)):
            return False
        return not self.scopes or not self.scopes.isdisjoint(user.scopes(self.permission))


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A menu entry as a template shows it."""

    label: str
    url: str
    is_current: bool


FEATURES = (
    "audit",
    "outbox",
    "files",
    "accounts",
    "territory",
    "directory",
    "checklists",
    "ledger",
    "imports",
    "membership",
    "outreach",
    "snp",
    "regulation",
    "inbox",
    "conventions",
    "care_plans",
    "operations",
)

# Those that keep something of the persons of the directory: what a merge carries, what an objection erases.
KEEPERS = (
    *("snp", "ledger", "imports", "membership", "outreach", "regulation", "inbox"),
    *("checklists", "conventions", "care_plans"),
)

# Those that keep checklists: their names, who sees them.
SOURCES = ("conventions", "care_plans")

# Those that go on with the persons of a request: told before its file is anonymised.
FOLLOWERS = ("care_plans",)

# Those that hold stored files: each says who may read its own.
HOLDERS = ("checklists", "conventions")

# Those that owe sums: how the statements of the ledger call them.
NAMINGS = ("activity.queries.accounts", "care_plans.queries.fees")

# Each has a `blueprint`, an `init_app(app)`, or both.
MODULES = (
    "files.views",
    "accounts.login",
    "accounts.views",
    "territory.views",
    "territory.cli",
    "directory.views",
    "membership.views",
    "imports.views",
    "imports.cli",
    "audit.views",
    "outbox.views",
    "outreach.views",
    "posting.views",
    "inbox.views",
    "regulation.views",
    "calendars.views",
    "activity.views",
    "ledger.views",
    "checklists.views",
    "conventions.views",
    "care_plans.views",
    "dues.views",
    "operations.cli",
    "demo.cli",
    "demo.views",
)

ALL_PLANS = frozenset({"all"})  # whoever has some reaches them by « Mes engagements »

MENU = (
    MenuEntry("Demandes", "inbox.requests", "inbox.manage"),
    MenuEntry("Dossiers reçus", "inbox.partner_list", "inbox.answer"),
    MenuEntry("Recherche en cours\u202f?", "inbox.search", "inbox.ask"),
    MenuEntry("Envoyer une demande", "inbox.intake", "inbox.enter", unless="inbox.manage"),
    MenuEntry("Mes créneaux", "posting.mine", "snp.post", scopes=OWN),
    MenuEntry(
        "Mes engagements",
        "dues.list_mine",
        "commitments.own",
        unless="conventions.manage",
        rooms=("/ppcs", "/sommes"),
    ),
    MenuEntry("Patients", "inbox.my_patients", "capacity.answer", rooms=("/mes-places",)),
    MenuEntry("Créneaux", "regulation.slots", "snp.see_free"),
    MenuEntry("Publier", "posting.mine", "snp.post", unless="calendar.own"),
    MenuEntry("Journée", "regulation.day", "snp.book"),
    MenuEntry("Orientations du jour", "regulation.orientations", "snp.book"),
    MenuEntry("Médecins", "directory.doctors", "snp.book"),
    MenuEntry("Campagnes", "activity.campaigns", "campaign.read"),
    MenuEntry("Demandes", "inbox.figures_page", "inbox.figures", unless="inbox.manage"),
    MenuEntry("Droits", "inbox.rights", "inbox.rights", unless="inbox.manage"),
    MenuEntry("PPCS", "care_plans.figures_page", "plans.figures", unless="plans.read", rooms=("/ppcs/reglages",)),
    MenuEntry("Sommes", "ledger.sums", "ledger.approve", unless="inbox.manage"),
    MenuEntry("Annuaire", "directory.people", "directory.read", unless="snp.book", rooms=("/adhesions", "/appels")),
    MenuEntry("Conventions", "conventions.register", "conventions.read"),
    MenuEntry("PPCS", "care_plans.plans", "plans.read", scopes=ALL_PLANS, rooms=("/sommes",)),
    MenuEntry("Réglages", "territory.settings", "territory.manage"),
    MenuEntry("Journal", "audit.trail", "audit.read", unless="territory.manage"),
)

# What `/` opens: the first that the person may see.
HOMES = (
    MenuEntry("", "inbox.requests", "inbox.manage"),
    MenuEntry("", "inbox.partner_list", "inbox.answer"),
    MenuEntry("", "regulation.slots", "snp.book"),
    MenuEntry("", "posting.mine", "snp.post", scopes=OWN),
    MenuEntry("", "activity.campaigns", "campaign.manage"),
    MenuEntry("", "territory.settings", "territory.manage"),
    MenuEntry("", "activity.campaigns", "campaign.read"),
    MenuEntry("", "audit.trail", "audit.read"),
    MenuEntry("", "directory.people", "directory.read"),
)


def _load_models() -> None:
    """Every table must be known before the first query: mappers name each other by string."""
    for feature in FEATURES:
        import_module(f"cptsapp.{feature}.models")


def register(app: Flask) -> None:
    """Register each feature, then the migrations of them all."""
    _load_models()
    local.use(zone)
    use_setting(shows_members)
    tell(POSTS, posting_entries)
    tell(APPLIED, applicants, Application)
    keepers.plug(*(import_module(f"cptsapp.{name}.keeps").KEEPER for name in KEEPERS))
    followers.plug(*(import_module(f"cptsapp.{name}.keeps").FOLLOWER for name in FOLLOWERS))
    sources.plug(*(import_module(f"cptsapp.{name}.source").SOURCE for name in SOURCES))
    holders.plug(*(import_module(f"cptsapp.{name}.holds").may_read_file for name in HOLDERS))
    naming.plug(*(import_module(f"cptsapp.{name}").NAMING for name in NAMINGS))
    for name in MODULES:
        _install(app, name)
    desks.on_lock[:] = [_free_hold]
    app.add_url_rule("/", "home", home)
    commands.init_app(app, db)
    is_demo = app.config["CPTSAPP"].mode == "demo"
    # A fragment shows no menu, and is asked at each key of a search.
    app.context_processor(lambda: {"menu": [] if htmx.wants_fragment() else _menu(), "demo": is_demo})


def _install(app: Flask, name: str) -> None:
    module = import_module(f"cptsapp.{name}")
    if hasattr(module, "blueprint"):
        app.register_blueprint(module.blueprint)
    if hasattr(module, "init_app"):
        module.init_app(app)


def _free_hold(user: CurrentUser) -> None:
    """Whoever leaves a shared desk keeps no seat from the others."""
    release_hold(by=user)


@access.signed_in
def home() -> Response:
    """The first page of the person's work."""
    user = _present()
    mine = (entry.endpoint for entry in HOMES if entry.is_for(user))
    return htmx.redirect(url_for(next(mine, "accounts.account")))


def check(app: Flask) -> None:
    """Refuse to start when a view is open by omission, or the menu leads nowhere."""
    access.refuse_undeclared(app, CODES)
    for entry in (*MENU, *HOMES):
        if entry.endpoint not in app.view_functions or entry.permission not in CODES:
            raise RuntimeError(f"menu: no page {entry.endpoint}, or no permission {entry.permission}")


def _present() -> CurrentUser:
    """The person at the screen, looked for once: each line of the bar asks what they may do."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


def _menu() -> list[MenuLink]:
    user = _present()
    shown = [(entry, url_for(entry.endpoint)) for entry in MENU if entry.is_for(user)]
    closeness = [_closeness(entry, url) for entry, url in shown]
    closest = max(closeness, default=NOWHERE)
    return [
        MenuLink(entry.label, url, found == closest != NOWHERE)
        for (entry, url), found in zip(shown, closeness, strict=True)
    ]


NOWHERE = (0, False)


def _closeness(entry: MenuEntry, url: str) -> tuple[int, bool]:
    """How much of the address shown a link has: of several links the closest is the current one, its own page first."""
    rooms = ((len(room), room == url) for room in (url, *entry.rooms) if _is_under(room))
    return max(rooms, default=NOWHERE)


def _is_under(url: str) -> bool:
    """Whether the page shown is this one or one of those below it."""
    return request.path == url or request.path.startswith(f"{url}/")
