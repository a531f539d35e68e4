"""What a text or a chat is in tokens, and back: vLLM's tokenize and detokenize."""
