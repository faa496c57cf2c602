"""What makes probabilities mean what they say: temperatures, biases, and how reliable forecasts are."""
