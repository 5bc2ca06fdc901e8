"""The release as data: a table of jobs in a closed vocabulary of steps. Rendered to YAML, and rehearsed."""
