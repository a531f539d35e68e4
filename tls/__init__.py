"""https: certificates from files, or from an authority of this machine's own."""
