"""The end of a job wakes the worker for the next job on the same subject."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without this the next job waits until the worker polls, up to five seconds."""
    op.execute(
        """
        create function wake_for_the_next_job() returns trigger language plpgsql as $$
        begin
          if exists (
            select from procrastinate_jobs
            where queueing_lock = old.queueing_lock and status = 'todo'
          ) then
            -- The same words as Procrastinate's own trigger on a new job.
            perform pg_notify(
              'procrastinate_queue_v1#' || old.queue_name,
              json_build_object('type', 'job_inserted', 'job_id', old.id)::text
            );
          end if;
          return null;
        end
        $$
        """
    )
    op.execute(
        "create trigger wake_for_the_next_job after delete on procrastinate_jobs"
        " for each row when (old.queueing_lock is not null)"
        " execute function wake_for_the_next_job()"
    )


def downgrade() -> None:
    """The next job waits for the worker's poll again."""
    op.execute("drop trigger wake_for_the_next_job on procrastinate_jobs")
    op.execute("drop function wake_for_the_next_job()")
