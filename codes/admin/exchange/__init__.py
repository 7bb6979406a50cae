"""Exchange in the admin: bundles out and in, the log of imports, and the conflicts that wait for an editor."""
