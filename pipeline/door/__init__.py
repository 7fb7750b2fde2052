"""What comes in from outside is made plain here, once: bytes to text, text without traps, one spelling per URL, dates.

Pure, and beneath every stage: feeds and pages are written by others, and all of them pass this door.
"""
