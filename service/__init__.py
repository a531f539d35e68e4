"""Service: Hearth starts by itself, under launchd on a Mac and under systemd on Linux."""
