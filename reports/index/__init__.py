"""Many campaigns at once: one database of all their results, and a page that shows how they went."""
