-- What: the detector remembers of a token the uses of one minute more: the last before its newest of which uses were told late.
-- Why: a verifier that was cut off tells an hour's uses when the token has been used elsewhere since. They were counted by nobody, so that a burst among them was never found.
-- Lock: ACCESS EXCLUSIVE for a moment (constant defaults: no rewrite). Size: 8 bytes a remembered token.
-- runs beside the version before

ALTER TABLE "detection_token" ADD COLUMN "late_minute" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "late_uses" INTEGER NOT NULL DEFAULT 0;
