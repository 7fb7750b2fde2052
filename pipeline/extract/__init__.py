"""A page to an article: text, title, date, language. Pure; made to run in a worker process that may be killed.

`extract` does it; `clean_article_text` cleans text that comes without a page.
"""

from __future__ import annotations

from pipeline.extract.clean import Cleaned, clean_article_text
from pipeline.extract.language import detect_language
from pipeline.extract.page import canonical_url
from pipeline.extract.reading import extract, extract_entry

__all__ = [
    "Cleaned",
    "canonical_url",
    "clean_article_text",
    "detect_language",
    "extract",
    "extract_entry",
]
