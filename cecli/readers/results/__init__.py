"""Results that were stored: read again."""
