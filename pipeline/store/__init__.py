"""The database: tables, transactions, and one module of statements per group of tables.

engine    Database.read / write, retries      migrate  versions of the schema     locks    one service per SQLite file
feeds     what to poll, what a poll learnt    entries  what to process            articles texts and their versions
known     what a decision must know           apply    a plan, whole or not at all
outbox    messages, leases, tries             review   what people decide         desk     mutes, tokens, audit, small facts
"""
