"""What happens to a release before its tag and after it was announced. One module a thing."""
