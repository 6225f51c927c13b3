"""Power over time: drawings, and the traces that a reader can zoom into."""
