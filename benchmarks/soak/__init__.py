"""`./run.sh soak`: many random requests and many restarts, to see what wears out."""
