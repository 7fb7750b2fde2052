"""Decides what a report means for the history: a new event, one more source, a revision, a contradiction, or nothing new.

families   which acts can be the same step      cluster   reports sorted into real acts
fold       what an act's reports say together   verdict   tell, ask or keep
acts       acts matched with stored events      steps     what to write, who hears of it      decide   the plan
"""

from pipeline.record.decide import decide, scope

__all__ = ["decide", "scope"]
