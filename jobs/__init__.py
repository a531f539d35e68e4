"""Files, and batches of requests that survive a restart."""
