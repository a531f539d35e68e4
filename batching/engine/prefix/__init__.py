"""The prefix cache: tree of blocks, KV caches cut into blocks, and the store on disk."""
