"""The encrypted local store of one person on one laptop: rows, outbox, inbox, search, attachments, keys."""
