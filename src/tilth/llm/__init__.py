"""One client for language models: asked over plain HTTP, answered from a cache, never above its budget."""
