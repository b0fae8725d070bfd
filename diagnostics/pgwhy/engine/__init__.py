"""A run, from a request to its report: observe, explain, decide, verify."""
