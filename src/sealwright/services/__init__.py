"""One module for each outside thing: processes, git, environments, indexes, signing, GitHub, advisories."""
