"""who made a private address of a calendar"""

import sqlalchemy as sa
from alembic import op

revision = "0002_feed_maker"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Addresses there already are stand for the practitioner's own: nobody knows who else made one."""
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("created_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_calendar_feed_created_by_id"), "user", ["created_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_calendar_feed_created_by_id"), type_="foreignkey")
        batch_op.drop_column("created_by_id")
