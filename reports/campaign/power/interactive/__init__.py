"""Power and hardware over time that a reader can zoom into: data, models, place on the page."""
