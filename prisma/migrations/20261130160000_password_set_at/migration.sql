-- What: when an admin's password was set, and by a change of theirs set anew.
-- Why: the account page says how old it is. Of those from before nothing is known, and nothing is said.
-- Lock: ACCESS EXCLUSIVE on admin for a moment; nothing is rewritten or read. Size: 8 bytes for each admin who sets one from now on.
-- runs beside the version before

ALTER TABLE "admin" ADD COLUMN "password_set_at" TIMESTAMPTZ(3);
