"""Who may come in: API keys, signed tokens, rate limits, and whose address counts."""
