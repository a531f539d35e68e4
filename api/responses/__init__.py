"""The Responses dialect: OpenAI's items instead of messages. Thread: event loop."""
