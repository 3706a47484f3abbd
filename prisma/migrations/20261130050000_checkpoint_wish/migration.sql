-- What: the checkpoint after which the next one is wanted at once.
-- Why: an evidence pack of a leak that was answered a moment ago proves its newest uses and acts only when a checkpoint covers them, and one comes a minute.
-- Lock: none on a table that exists. Size: one row.
-- runs beside the version before

-- CreateTable
CREATE TABLE "checkpoint_wish" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "after" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "checkpoint_wish_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "checkpoint_wish" ADD CONSTRAINT "checkpoint_wish_one" CHECK (id);
INSERT INTO "checkpoint_wish" DEFAULT VALUES;
GRANT SELECT, UPDATE ON "checkpoint_wish" TO tokenwarden_app;
