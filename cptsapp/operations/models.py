"""The table of the jobs' last runs."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base


class JobRun(Base):
    """When a job was last begun, so that two workers do not double it, and how it ended."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
