"""One file per endpoint; api/app.py lists them."""
