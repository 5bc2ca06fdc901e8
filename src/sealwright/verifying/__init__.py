"""What `sealwright verify` looks at beyond a release's own files."""
