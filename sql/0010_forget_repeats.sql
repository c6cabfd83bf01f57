-- Forgets the answers that were kept for repeats: the hash of a request was made from its password, too, on which passwords
-- could be tried. What is kept from now on is made without. A write that was answered before and is sent again after this is
-- carried out again, unless the record is there already.

DELETE FROM idempotency_keys;
