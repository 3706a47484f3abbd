-- What: tokens that are rooted after their own issue: of families that began while a clock was ahead.
-- Why: all others that were issued up to an order's cutoff are reached by it, which the index of its target tells without reading the tokens.
-- Lock: `token` cannot be written while the index is built.
-- Partitions: plain. The index is made on the register and on each of its partitions at once; those to come get it when they are made.
-- Size: nearly always empty.
CREATE INDEX "token_rooted_later" ON "token" (rooted_at, id) WHERE rooted_at > issued_at;
