"""Ratings after ISO/IEC 14756."""
