"""How model families write: one file per family, and templates for tokenizers without one.

Thread: both.
"""
