"""Subcommands of run.sh that are not the server, one file each."""
