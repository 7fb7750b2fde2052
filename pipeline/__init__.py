"""treatywatch: from agency feeds to a proven history of international agreements."""

__version__ = "0.1.0"
