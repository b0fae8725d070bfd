"""The faults of `fixtures/faults`: their files, what each needs beside a world, and their trials."""
