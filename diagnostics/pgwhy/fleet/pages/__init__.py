"""What a fleet has in common, as a table for a terminal and as a page for a browser; `words` has what both say."""
