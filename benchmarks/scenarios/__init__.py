"""What is measured: one file per subject, listed in `registry.py`."""
