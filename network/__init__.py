"""Network: where this machine is found on the LAN, and how others learn of it. Knows no HTTP."""
