"""From the result of the core to the document, and from the document to all that a person sees."""
