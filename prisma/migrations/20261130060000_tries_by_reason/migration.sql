-- What: what is remembered of the attempts with a token that is refused is kept by the reason that it was refused for.
-- Why: attempts with an expired token counted as attempts after its revocation. A series of ten minutes that was going on begins anew.
-- Lock: ACCESS EXCLUSIVE on detection_token for a moment; nothing is rewritten or read. Size: nothing until somebody goes on with such a token, then 60 bytes for it.
-- runs beside the version before

ALTER TABLE "detection_token" ADD COLUMN "tries" JSONB NOT NULL DEFAULT '{}', ALTER COLUMN "ended_tries" SET DEFAULT 0;
