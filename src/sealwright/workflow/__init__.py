"""The job table as GitHub Actions: rendered from it, and compared with what a repository holds."""
