"""What the lab's servers are made of: listening sockets, their manners, and what a client says first."""
