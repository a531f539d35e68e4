"""Telemetry: how Hearth tells what it does. A leaf: it imports nothing of ours."""
