"""Stand-ins of third-party actions, one function each; run as processes with the job's own environment."""
