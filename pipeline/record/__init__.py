"""Decides what a report means for the history: a new event, one more source, a revision, a contradiction, or nothing new.

families   which acts can be the same step      cluster   reports sorted into real acts
fold       what an act's reports say together   verdict   tell, ask or keep
acts       acts matched with stored events      steps     what to write, who hears of it      decide   the plan
judge      a person's word on an event       hands   events put together or taken apart by hand
"""

from pipeline.record.decide import decide, scope
from pipeline.record.judge import CORRECTABLE, accept, correct, reject
from pipeline.record.verdict import matches

__all__ = ["CORRECTABLE", "accept", "correct", "decide", "matches", "reject", "scope"]
