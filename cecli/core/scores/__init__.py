"""From rows of predictions to the figures of a report."""
