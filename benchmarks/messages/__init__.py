"""The catalogue of messages, measured against the published source of each program: `python -m benchmarks.messages`."""
