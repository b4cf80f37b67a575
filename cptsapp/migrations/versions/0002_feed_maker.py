"""who made a private address of a calendar; the path of a kept form is sealed"""

import sqlalchemy as sa
from alembic import op

from cptsapp.core.seal import ring

revision = "0002_feed_maker"
down_revision = "0001"
branch_labels = None
depends_on = None

_DRAFT = sa.table("draft", sa.column("id", sa.Integer), sa.column("seal_id", sa.Uuid), sa.column("path"))


def upgrade() -> None:
    """Addresses there already are stand for the practitioner's own: nobody knows who else made one."""
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("created_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_calendar_feed_created_by_id"), "user", ["created_by_id"], ["id"])
    kept = {row.id: ring().seal(row.path, row.seal_id, "path") for row in op.get_bind().execute(sa.select(_DRAFT))}
    _change_paths(sa.LargeBinary(), kept)


def downgrade() -> None:
    kept = {row.id: ring().unseal(row.path, row.seal_id, "path") for row in op.get_bind().execute(sa.select(_DRAFT))}
    _change_paths(sa.String(), kept)
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_calendar_feed_created_by_id"), type_="foreignkey")
        batch_op.drop_column("created_by_id")


def _change_paths(kind: sa.types.TypeEngine[str] | sa.types.TypeEngine[bytes], kept: dict[int, str | bytes]) -> None:
    """Give the column another type; what was typed too late stays for its author."""
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("path")
        batch_op.add_column(sa.Column("path", kind, nullable=True))
    paths = sa.table("draft", sa.column("id", sa.Integer), sa.column("path", kind))
    for draft_id, path in kept.items():
        op.execute(sa.update(paths).where(paths.c.id == draft_id).values(path=path))
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.alter_column("path", existing_type=kind, nullable=False)
