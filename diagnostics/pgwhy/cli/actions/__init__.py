"""What each command does: imported when it runs, and not for its help page."""
