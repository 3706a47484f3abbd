-- What: refresh tokens by expiry.
-- Why: they live a thousand times as long as access tokens, which stand between them in the index of all expiries: lists of refresh, consumed and long-lived
--   tokens by expiry walked past everything.
-- Lock: `token` cannot be written while the index is built.
-- Partitions: plain. The index is made on the register and on each of its partitions at once; those to come get it when they are made.
-- Size: an entry of 40 bytes a refresh token.
CREATE INDEX "token_refresh_expiry" ON "token" (expires_at, id) WHERE kind = 'refresh';
