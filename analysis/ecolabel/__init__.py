"""Values of the Blue Angel for software, DE-UZ 215.

See docs/explanation/method.md#isoiec-14756-and-de-uz-215.
"""
