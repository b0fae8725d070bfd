"""From what the user wrote, or left lying around, to a `Target`."""
