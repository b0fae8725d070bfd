"""For those who write rules: the template, the trial, the lint, and the generated pages."""
