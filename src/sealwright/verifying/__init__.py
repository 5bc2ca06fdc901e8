"""What `sealwright verify` fetches from elsewhere: releases on an index or on GitHub, and what to compare with."""
