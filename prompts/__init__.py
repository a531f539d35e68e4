"""Chat messages to token ids, and token ids back to text.

Thread: event loop, and the one-worker encode pool that turns messages into token ids.
"""
