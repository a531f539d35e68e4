"""OpenAI's embeddings: requests, and the vectors as its clients read them."""
