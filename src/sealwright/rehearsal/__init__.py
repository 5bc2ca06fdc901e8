"""The whole release on a laptop: loopback stand-ins, and a runner that interprets the job table."""
