"""Text completions, OpenAI's older endpoint: a prompt without a chat around it."""
