"""Chat formats written out in Python, one file per model family, for tokenizers without a template.

Thread: both.
"""
