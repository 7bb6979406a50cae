"""The JSON interface, described by OpenAPI at /api/v1/openapi.json."""
