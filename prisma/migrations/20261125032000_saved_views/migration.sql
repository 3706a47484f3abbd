-- What: saved views of lists, and how each person likes their tables.
-- Why: a search that is done every day is kept under a name, for oneself or for all; columns follow a person to another browser.
-- Lock: none of tables that are there. Size: at most 150 views a list and person, a row a person and table.
-- runs beside the version before

-- CreateTable
CREATE TABLE "saved_view" (
    "id" UUID NOT NULL,
    "list" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "has_columns" BOOLEAN NOT NULL,
    "hidden_columns" TEXT[],
    "is_shared" BOOLEAN NOT NULL,
    "owner_id" TEXT NOT NULL,
    "owner_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "saved_view_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preference" (
    "actor_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "preference_pkey" PRIMARY KEY ("actor_id", "name")
);

-- CreateIndex
CREATE UNIQUE INDEX "saved_view_list_scope_name_key_key" ON "saved_view"("list", "scope", "name_key");

ALTER TABLE "saved_view" ALTER COLUMN "hidden_columns" SET NOT NULL;
ALTER TABLE "saved_view" ADD CONSTRAINT "saved_view_scope" CHECK (scope = CASE WHEN is_shared THEN 'shared' ELSE owner_id END);

GRANT SELECT, INSERT, UPDATE, DELETE ON "saved_view", "preference" TO tokenwarden_app;
GRANT SELECT ON "saved_view", "preference" TO tokenwarden_retention;
