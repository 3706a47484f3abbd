-- What: the oldest version that may run on this schema; the application cannot rewrite the history of migrations.
-- Why: a process that is older than the schema must not write into it by rules that it does not know.
-- Lock: none that anybody waits for. Size: one row.

-- CreateTable
CREATE TABLE "schema_floor" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "oldest" TEXT NOT NULL,

    CONSTRAINT "schema_floor_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "schema_floor" ADD CONSTRAINT "schema_floor_one_row" CHECK (id = 1);
-- versions before this one do not look, and could go on beside it
INSERT INTO "schema_floor" (oldest) VALUES ('20261124200000_schema_floor');
GRANT SELECT ON "schema_floor" TO tokenwarden_app, tokenwarden_retention;

DO $$
BEGIN
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON "_prisma_migrations" FROM tokenwarden_app;
    GRANT SELECT ON "_prisma_migrations" TO tokenwarden_app;
  END IF;
END $$;
