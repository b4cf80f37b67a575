"""Several at the same moment, each in a thread and a transaction of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal


def at_once(app, *acts: Callable[[], object]) -> Counter[str]:
    """Do these at the same moment, each in its own transaction; how many passed and how many were refused."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except Refusal:
                session.rollback()
                return "refused"
            finally:
                session.remove()
            return "done"

    session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))
