"""An import that a command holds: when its process was killed, nobody is left to end it, and the turn is free again."""

import os

from cptsapp.core.db import session
from cptsapp.imports import queries
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Import

_HOLDER = "process"


def hold(import_: Import) -> None:
    """Note that this process is the one that will end the import."""
    import_.columns = {**import_.columns, _HOLDER: {"host": os.uname().nodename, "pid": os.getpid()}}
    session.flush()


def let_go(import_: Import) -> None:
    """Leave the review to the page: it stays open whatever becomes of this process."""
    import_.columns = {name: said for name, said in import_.columns.items() if name != _HOLDER}
    session.flush()


def abandon_dead(*, even_mine: bool = False) -> None:
    """Abandon the open import when the command that held it, on this machine, is no more, or is this one, stopped."""
    found = queries.current()
    holder = found.columns.get(_HOLDER) if found is not None else None
    if found is None or holder is None or holder["host"] != os.uname().nodename:
        return
    if (even_mine and holder["pid"] == os.getpid()) or not _is_alive(holder["pid"]):
        lifecycle.abandon(found, None)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # someone else's, and there
        return True
    return True
