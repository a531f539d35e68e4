"""The bundled tiny model and the scripts that make it."""
