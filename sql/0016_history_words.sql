-- The words of an entry, each after a blank, as ticket_texts has them of a ticket. A keyword finds the tickets by ticket_words, and then
-- those of their entries that have it. Entries from before have no words, until their text is changed.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ticket_history' AND COLUMN_NAME = 'words')

ALTER TABLE ticket_history
    ADD COLUMN words LONGBLOB NOT NULL DEFAULT ('');
