-- What: the issuer under which this database's tokens are made.
-- Why: an authority that is started under another one refuses every token that is out there, without a word.
-- Lock: none of tables that are there. Size: one row.

-- CreateTable
CREATE TABLE "authority_issuer" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "issuer" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "authority_issuer_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "authority_issuer" ADD CONSTRAINT "authority_issuer_one_row" CHECK ("id" = 1);

GRANT SELECT, INSERT, UPDATE ON "authority_issuer" TO tokenwarden_app;
GRANT SELECT ON "authority_issuer" TO tokenwarden_retention;
