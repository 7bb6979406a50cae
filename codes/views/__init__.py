"""The public pages. None depends on a cookie or a session."""
