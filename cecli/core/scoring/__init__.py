"""From predictions to the figures of a report."""
