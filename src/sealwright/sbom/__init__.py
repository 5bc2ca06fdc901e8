"""Makes the SBOM of a wheel: the same bytes for the same wheel, closure, environment and plan."""
