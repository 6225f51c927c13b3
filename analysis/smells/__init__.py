"""What a resource-leak smell costs: a smelly program against its clean twin, in the same blocks."""
