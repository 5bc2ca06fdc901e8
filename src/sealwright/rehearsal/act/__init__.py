"""The rendered release.yml, run by act (https://github.com/nektos/act) against the same stand-ins."""
