"""Documents of a language model's tokens in, a row a token out."""
