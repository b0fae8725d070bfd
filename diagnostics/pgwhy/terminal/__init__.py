"""What a terminal shows and a person types: width, colours, and the word that was meant."""
