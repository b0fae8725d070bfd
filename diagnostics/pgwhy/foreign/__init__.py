"""What somebody else wrote, and how it is read: with a bound on everything."""
