"""Looks at everything that was published, long afterwards. `gather` asks, `judge` decides, `watch` joins them."""
