"""The API described: an OpenAPI document made from the endpoints, and a page that shows it."""
