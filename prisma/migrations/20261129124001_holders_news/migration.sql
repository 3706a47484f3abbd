-- What: when a verifier was last first known to have a key is found by an index.
-- Why: pages of keys that are open follow it, and it is looked at several times a second.
-- Lock: writes to the table, while the index is made. Size: a row for each verifier and key.
CREATE INDEX "verifier_key_first_at_idx" ON "verifier_key"("first_at");
