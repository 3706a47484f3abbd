-- What: sign-on sessions as people know them; what a person allows a client, remembered over sessions; files of users and groups, read and compared
--   before they are applied; whose client a protocol state is.
-- Why: people see and end their own sessions and grants; consent is asked once; an import does what its preview showed.
-- Lock: protocol_state for the moment of a new column without a default; user_account and client for that of foreign keys. Size: a row a session, one a
--   person and client; a row for each of an import's lines, twenty thousand at most.
-- runs beside the version before

-- AlterTable
ALTER TABLE "protocol_state" ADD COLUMN     "client_id" TEXT;

-- CreateTable
CREATE TABLE "sign_on" (
    "uid" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "signed_in_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ip" TEXT,
    "country" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "sign_on_pkey" PRIMARY KEY ("uid")
);

-- CreateTable
CREATE TABLE "user_grant" (
    "user_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "grant_id" TEXT NOT NULL,
    "scopes" TEXT[],
    "permissions" TEXT[],
    "is_asked" BOOLEAN NOT NULL,
    "given_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_grant_pkey" PRIMARY KEY ("user_id","client_id")
);

-- CreateTable
CREATE TABLE "people_import" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "file_hash" BYTEA,
    "state" TEXT NOT NULL,
    "passed_over" TEXT[],
    "columns" TEXT[],
    "summary" JSONB,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),

    CONSTRAINT "people_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "people_import_row" (
    "import_id" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "key" TEXT,
    "remark" TEXT,
    "target_id" UUID,
    "version" INTEGER,
    "given" JSONB NOT NULL,
    "before" JSONB,

    CONSTRAINT "people_import_row_pkey" PRIMARY KEY ("import_id","line")
);

-- CreateTable
CREATE TABLE "people_import_part" (
    "import_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "people_import_part_pkey" PRIMARY KEY ("import_id","number")
);

-- CreateIndex
CREATE INDEX "sign_on_user_id_seen_at_idx" ON "sign_on"("user_id", "seen_at");

-- CreateIndex
CREATE INDEX "sign_on_seen_at_idx" ON "sign_on"("seen_at");

-- CreateIndex
CREATE INDEX "user_grant_client_id_idx" ON "user_grant"("client_id");

-- CreateIndex
CREATE INDEX "user_grant_expires_at_idx" ON "user_grant"("expires_at");

-- CreateIndex
CREATE INDEX "people_import_actor_id_created_at_idx" ON "people_import"("actor_id", "created_at");

-- CreateIndex
CREATE INDEX "people_import_expires_at_idx" ON "people_import"("expires_at");

-- CreateIndex
CREATE INDEX "people_import_row_import_id_outcome_line_idx" ON "people_import_row"("import_id", "outcome", "line");

-- AddForeignKey
ALTER TABLE "sign_on" ADD CONSTRAINT "sign_on_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_grant" ADD CONSTRAINT "user_grant_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_grant" ADD CONSTRAINT "user_grant_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "people_import_row" ADD CONSTRAINT "people_import_row_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "people_import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "people_import_part" ADD CONSTRAINT "people_import_part_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "people_import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "people_import"
  ADD CONSTRAINT "people_import_kind" CHECK (kind IN ('users', 'groups')),
  ADD CONSTRAINT "people_import_state" CHECK (state IN ('reading', 'ready', 'applied')),
  ADD CONSTRAINT "people_import_applied" CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
  ADD CONSTRAINT "people_import_hash" CHECK (octet_length(file_hash) = 32);
ALTER TABLE "people_import_row"
  ADD CONSTRAINT "people_import_row_outcome" CHECK (outcome IN ('created', 'changed', 'unchanged', 'refused')),
  ADD CONSTRAINT "people_import_row_line" CHECK (line >= 1);
ALTER TABLE "people_import_part"
  ADD CONSTRAINT "people_import_part_size" CHECK (number BETWEEN 1 AND 64 AND octet_length(content) BETWEEN 1 AND 131072);

-- what was applied, and what of it, is evidence: only one that was not applied goes
CREATE FUNCTION "people_import_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'applied' THEN
    RAISE EXCEPTION 'an import that was applied stays as it was' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER "people_import_kept" BEFORE UPDATE OR DELETE ON "people_import" FOR EACH ROW EXECUTE FUNCTION "people_import_kept"();

CREATE FUNCTION "people_import_row_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM touched t JOIN people_import i ON i.id = t.import_id WHERE i.state = 'applied') THEN
    RAISE EXCEPTION 'the rows of an import that was applied stay as they were' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "people_import_row_added" AFTER INSERT ON "people_import_row" REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION "people_import_row_kept"();
CREATE TRIGGER "people_import_row_changed" AFTER UPDATE ON "people_import_row" REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION "people_import_row_kept"();
CREATE TRIGGER "people_import_row_taken" AFTER DELETE ON "people_import_row" REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION "people_import_row_kept"();

GRANT SELECT, INSERT, UPDATE, DELETE ON "sign_on", "user_grant", "people_import", "people_import_row", "people_import_part" TO tokenwarden_app;
GRANT SELECT ON "sign_on", "user_grant", "people_import", "people_import_row", "people_import_part" TO tokenwarden_retention;
