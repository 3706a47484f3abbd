-- What: API tokens are found by the admin whom they count as.
-- Why: how many work again with a disabled admin is counted where admins are looked at and where one is enabled: that read all API tokens, which are never deleted.
-- Lock: SHARE on api_token while its rows are read once; the console reads it meanwhile, and writes to it wait for a moment. Size: about 30 bytes an API token.
-- runs beside the version before
CREATE INDEX "api_token_created_by_id_idx" ON "api_token" ("created_by_id");
