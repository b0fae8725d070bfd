"""Many saved reports, tickets and error texts of a folder: what each says, and which causes came when.

`told` answers one file, `workers` all of them on every core, `history` counts as they come, and `pages` show it.
"""
