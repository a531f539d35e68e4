"""The HTTP side: wire formats and routes. The only importer of aiohttp.web; no mlx here."""
