"""Telling people: what a message says, where it goes, and when to try again."""
