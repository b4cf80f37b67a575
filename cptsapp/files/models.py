"""The table of stored files."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base


class StoredFile(Base):
    """A file as someone put it: `checksum` is the SHA-256 of its bytes, in hexadecimal, and its name on the disk."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("length(checksum) = 64", name="checksum_whole"),
        CheckConstraint("size BETWEEN 1 AND 26214400", name="size_known"),
        {"sqlite_autoincrement": True},  # the trail speaks of a file by its number: it is never given again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checksum: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    stored_at: Mapped[datetime]
    stored_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
