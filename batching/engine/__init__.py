"""The engine: everything that runs on the inference thread, and the plain values it speaks in."""
