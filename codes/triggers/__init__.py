"""Triggers that note writes, by the kind of database."""

from codes.triggers.base import Triggers
from codes.triggers.postgres import PostgreSQLTriggers
from codes.triggers.sqlite import SQLiteTriggers

TRIGGERS: dict[str, type[Triggers]] = {"sqlite": SQLiteTriggers, "postgresql": PostgreSQLTriggers}
