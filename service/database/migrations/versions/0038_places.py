"""The signature places are data of an agreement: party, text, signatory and order of each.

Existing agreements have the usual three; their order follows from the agreement's order of signing.
Acts and seals keep their numbers, which are in that order.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_USUAL = "'controller_agreement', 'controller_annex', 'processor_agreement'"
_CHECKS = (
    (
        "place",
        "place = party || '_' || capacity"
        " || case when signatory > 1 then '_' || signatory::text else '' end",
    ),
    ("signatory", "signatory >= 1"),
    ("ordinal", "ordinal >= 1"),
    ("party", "party in ('controller', 'processor')"),
    ("capacity", "capacity in ('agreement', 'annex')"),
)
_FILL = """
update signature_places p set
  party = split_part(place, '_', 1),
  capacity = split_part(place, '_', 2),
  signatory = 1,
  ordinal = array_position(
    case when a.signing_order = 'processor_first'
      then array['processor_agreement', 'controller_agreement', 'controller_annex']
      else array['controller_agreement', 'controller_annex', 'processor_agreement'] end, p.place)
from agreements a where a.id = p.agreement_id
"""


def upgrade() -> None:
    """Turn the list in the code into rows."""
    for name, kind in (
        ("party", sa.Text()),
        ("capacity", sa.Text()),
        ("signatory", sa.Integer()),
        ("ordinal", sa.Integer()),
    ):
        op.add_column("signature_places", sa.Column(name, kind))
    op.execute(_FILL)
    op.drop_index("ix_signature_places_our_turn", table_name="signature_places")
    op.execute("alter table signature_places drop constraint ck_signature_places_place")
    for name in ("party", "capacity", "signatory", "ordinal"):
        op.alter_column("signature_places", name, nullable=False)
    for name, rule in _CHECKS:
        op.create_check_constraint(op.f(f"ck_signature_places_{name}"), "signature_places", rule)
    op.create_unique_constraint(
        "uq_signature_places_agreement_id_ordinal",
        "signature_places",
        ["agreement_id", "ordinal"],
    )
    op.create_index(
        "ix_signature_places_our_turn",
        "signature_places",
        ["agreement_id"],
        postgresql_where=sa.text("party = 'processor' and state = 'open'"),
    )
    op.execute("alter table acts drop constraint ck_acts_place, drop constraint ck_acts_ordinal")
    op.create_check_constraint(op.f("ck_acts_ordinal"), "acts", "ordinal >= 1")
    op.create_foreign_key(
        "fk_acts_place",
        "acts",
        "signature_places",
        ["agreement_id", "place"],
        ["agreement_id", "place"],
    )
    op.execute("alter table seals drop constraint ck_seals_step")
    op.create_check_constraint(op.f("ck_seals_step"), "seals", "step >= 1")
    _one_per_agreement(["agreement_id", "number"])


def _one_per_agreement(columns: list[str]) -> None:
    """One current signatory and one valid link; per number of the signatory, if it has one."""
    op.drop_index("uq_signatories_current", table_name="signatories")
    op.drop_index("uq_links_live", table_name="links")
    for table in ("signatories", "links"):
        if "number" in columns:
            op.add_column(
                table, sa.Column("number", sa.Integer(), server_default="1", nullable=False)
            )
        else:
            op.drop_column(table, "number")
    op.create_index(
        "uq_signatories_current",
        "signatories",
        columns,
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_index(
        "uq_links_live", "links", columns, unique=True, postgresql_where=sa.text("ended = ''")
    )


def downgrade() -> None:
    """Former code only knows the usual three; this fails if an agreement has others."""
    _one_per_agreement(["agreement_id"])
    op.execute("alter table seals drop constraint ck_seals_step")
    op.create_check_constraint(op.f("ck_seals_step"), "seals", "step between 1 and 4")
    op.execute("alter table acts drop constraint fk_acts_place, drop constraint ck_acts_ordinal")
    op.create_check_constraint(op.f("ck_acts_ordinal"), "acts", "ordinal between 1 and 3")
    op.create_check_constraint(op.f("ck_acts_place"), "acts", f"place in ({_USUAL})")
    op.drop_index("ix_signature_places_our_turn", table_name="signature_places")
    op.drop_constraint("uq_signature_places_agreement_id_ordinal", "signature_places")
    for name, _ in _CHECKS:
        op.drop_constraint(op.f(f"ck_signature_places_{name}"), "signature_places")
    for name in ("party", "capacity", "signatory", "ordinal"):
        op.drop_column("signature_places", name)
    op.create_check_constraint(
        op.f("ck_signature_places_place"), "signature_places", f"place in ({_USUAL})"
    )
    op.create_index(
        "ix_signature_places_our_turn",
        "signature_places",
        ["agreement_id"],
        postgresql_where=sa.text("place = 'processor_agreement' and state = 'open'"),
    )
