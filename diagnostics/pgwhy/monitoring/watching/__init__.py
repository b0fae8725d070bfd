"""`pgwhy watch`: rounds over some targets, and what changes from one to the next as events.

`rounds` examines them at their times, `state` turns the answers about one target into events, `event` is what is told,
`hook` posts it, and `page` shows what was seen in the end.
"""
