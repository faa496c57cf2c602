"""Bytes in: files, pipes and URLs as streams, unpacked, read once."""
