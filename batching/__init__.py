"""Batching: the border between the event loop and the inference thread."""
