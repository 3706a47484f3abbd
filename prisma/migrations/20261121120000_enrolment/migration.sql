-- What: admins who have yet to enrol, one-time links for them, versions of audiences, all bounds of lifetimes.
-- Why: an invited admin has no password or TOTP until the link is used, an admin made from the environment no TOTP until the
--   first sign-in; two people editing one audience must not overwrite each other; the database promises the bounds the code states.
-- Lock: ACCESS EXCLUSIVE on admin, setup_link, audience, organisation; each holds a handful of rows. Size: nothing.

ALTER TABLE "admin" ALTER COLUMN "password_hash" DROP NOT NULL, ALTER COLUMN "totp_wrapped" DROP NOT NULL;
-- nobody holds a second factor without a password
ALTER TABLE "admin" ADD CONSTRAINT "admin_enrolment" CHECK (totp_wrapped IS NULL OR password_hash IS NOT NULL);

ALTER TABLE "setup_link" ADD COLUMN "admin_id" UUID;
ALTER TABLE "setup_link" ADD CONSTRAINT "setup_link_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "audience" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_refresh_range" CHECK (refresh_token_idle_seconds BETWEEN 300 AND 31536000 AND refresh_token_absolute_seconds BETWEEN 300 AND 31536000),
  ADD CONSTRAINT "organisation_code" CHECK (authorization_code_ttl_seconds BETWEEN 10 AND 600),
  ADD CONSTRAINT "organisation_id_token" CHECK (id_token_ttl_seconds BETWEEN 300 AND 86400),
  ADD CONSTRAINT "organisation_session" CHECK (session_idle_seconds BETWEEN 60 AND session_absolute_seconds AND session_absolute_seconds <= 2592000),
  ADD CONSTRAINT "organisation_skew" CHECK (clock_skew_seconds BETWEEN 0 AND 120);
