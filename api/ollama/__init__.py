"""Ollama's own API under /api/, for clients that speak no other. Thread: event loop."""
