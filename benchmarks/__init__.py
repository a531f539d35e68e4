"""`./run.sh bench` and `./run.sh soak`: Hearth measured against other programs, and worn."""
