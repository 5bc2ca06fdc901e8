"""What people and machines read: terminal, JSON, step summaries."""
