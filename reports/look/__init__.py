"""How pages look: colours, drawings, tables, and the page around them."""
