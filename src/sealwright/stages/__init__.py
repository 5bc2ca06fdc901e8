"""One module a stage. Each touches the dossier and the outside through services, and answers with findings."""

STAGES = (
    "plan",
    "build",
    "rebuild",
    "inspect",
    "resolve",
    "sbom",
    "audit",
    "changes",
    "smoke",
    "attest",
    "gate",
    "seal",
    "probe",
    "draft",
    "confirm",
    "announce",
    "notify",
)
"""Names that `sealwright stage` takes; `sealwright.stages.<name>.run` does it."""
