"""Text generation, training and evaluation of the bundled demo model `hearth-tiny-demo`.

Everything except `network`, `optimiser`, `train` and `evaluate` needs only the standard library.
"""
