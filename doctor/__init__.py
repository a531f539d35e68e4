"""Doctor: what is wrong with this machine's set-up, and how to mend it. Runs without the server."""
