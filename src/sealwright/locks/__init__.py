"""Hash-locked tool sets, one `.txt` for each role, made from the `.in` beside it by `make lock-tools`."""
