"""The hot pages and acts whose query plans are read: what the desk, a practice and a coordinator open all day."""

from tests.bench.desk import Desk
from tests.bench.measure import bad_plans, statements
from tests.bench.rig import Rig

HOT = (
    ("/creneaux", "regulator"),
    ("/creneaux?q=tal&ou=C", "regulator"),
    ("/journee", "regulator"),
    ("/reservations", "regulator"),
    ("/orientations", "regulator"),
    ("/mes-creneaux", "practitioner"),
    ("/mes-creneaux/nouveau", "practitioner"),
    ("/mes-creneaux/soir", "practitioner"),
    ("/campagnes", "coordinator"),
    ("/campagnes/1", "coordinator"),
    ("a poll", "regulator"),
    ("a booking", "regulator"),
)


def plans(rig: Rig) -> list[str]:
    """Statements of these that scan a table or sort in a temporary tree, each with where it was asked."""
    desk = Desk(rig)
    people = {role: rig.person(role) for _what, role in HOT}
    acts = {"a poll": desk.poll, "a booking": desk.book}
    found: dict[str, str] = {}
    for what, role in HOT:
        with statements(rig.engine) as seen:
            acts[what]() if what in acts else people[role].get(what)
        for plan in bad_plans(rig.engine, seen):
            found.setdefault(plan, f"{what}: {plan}")
    return list(found.values())
