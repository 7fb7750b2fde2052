"""The service over HTTP: a REST API, feeds and files, health; pages stand beside them. Served in the service's own process.

app      puts the parts together             server      runs it beside the schedule       site    what every request works with
access   who asks, and what he may           guard       what is refused before anybody looks at it
api      reading      desk   deciding        files       Atom, JSON Feed, iCalendar, CSV, Parquet     health   for machines
asked    parameters   told   answers         problems    everything that goes wrong, as RFC 9457 has it
"""
