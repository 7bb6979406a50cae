"""Whether this process can serve every page: what /readyz answers."""

import logging

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from codes import generation
from codes.replacement import is_gone, leave_replaced_files
from codes.search.index import complaint

log = logging.getLogger(__name__)


def complaints() -> dict[str, str]:
    """What is wrong, by the part at fault; an empty text where nothing is. Details of errors go to the log only."""
    leave_replaced_files()
    if is_gone(connection):
        log.warning("not ready, the database is gone: %s", connection.settings_dict["NAME"])
        return {"database": "cannot be used"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return {
            "database": "",
            "migrations": f"not applied: {len(plan)}" if plan else "",
            "search": complaint(),
            "generation": generation.complaint(connection),
        }
    except DatabaseError as error:
        log.warning("not ready, the database fails: %s", error)
        return {"database": "cannot be used"}
    finally:
        connections.close_all()
