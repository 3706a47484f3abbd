-- What: which verifiers are known to have which signing keys, and which keys each of their processes says that it holds.
-- Why: a key's page and a planned rotation say who has it, and after an emergency who still does, where that is known: of whoever asks for the JWKS with its
--   credential, or says so with how far it is in the feed.
-- Lock: ACCESS EXCLUSIVE on verifier_instance for the moment that a column takes that begins empty; SHARE ROW EXCLUSIVE on verifier for that of a foreign key.
-- Size: a row for each verifier and key; the kids of its keys for each process, for 30 days.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier_instance" ADD COLUMN "kids" TEXT[] NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "verifier_key" (
    "verifier_id" UUID NOT NULL,
    "kid" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verifier_key_pkey" PRIMARY KEY ("verifier_id","kid")
);

-- AddForeignKey
ALTER TABLE "verifier_key" ADD CONSTRAINT "verifier_key_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT ON "verifier_key" TO tokenwarden_app;
