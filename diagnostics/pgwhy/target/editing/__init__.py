"""What the user has to change in his own text, and the words for it."""
