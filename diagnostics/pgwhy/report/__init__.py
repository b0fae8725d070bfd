"""Reports: one module a format, all of them functions of a `Report`."""
