"""OpenAI's files and batches on the wire, and how a line of a batch is answered."""
