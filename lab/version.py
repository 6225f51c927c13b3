"""The version of Wattlab, in one place."""

VERSION = "0.1.0"
