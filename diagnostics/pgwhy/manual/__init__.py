"""What can be looked up: causes, rules, and why a rule says what it says of a run."""
