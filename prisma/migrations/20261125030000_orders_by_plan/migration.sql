-- What: plans that orders are bound to, frozen selections, orders that are called off before they begin.
-- Why: an order over many tokens must do what was shown before it and no more; a selection of any filter is taken back as a list of ids,
--   in batches that are entries of the feed themselves; a scheduled order can be called off, on record, and processes that do not know
--   the verb would take it for a restore.
-- Lock: ACCESS EXCLUSIVE on revocation_order and organisation; the checks read the orders once. Size: nothing until plans are made.

-- AlterTable
ALTER TABLE "revocation_order" ADD COLUMN "cancels_id" UUID, ADD COLUMN "plan_id" UUID;
ALTER TABLE "revocation_order" DROP CONSTRAINT "revocation_order_verb";
ALTER TABLE "revocation_order"
  ADD CONSTRAINT "revocation_order_verb" CHECK (verb IN ('revoke', 'suspend', 'restore', 'cancel')),
  ADD CONSTRAINT "revocation_order_cancels" CHECK ((cancels_id IS NOT NULL) = (verb = 'cancel'));
-- an order is called off once
CREATE UNIQUE INDEX "revocation_order_cancelled" ON "revocation_order" (cancels_id) WHERE cancels_id IS NOT NULL;
-- a selection is taken back or suspended by one order, the one that it was frozen for
CREATE UNIQUE INDEX "revocation_order_selection" ON "revocation_order" (target_id) WHERE target_kind = 'selection' AND verb IN ('revoke', 'suspend');
-- orders that were placed together
CREATE INDEX "revocation_order_plan" ON "revocation_order" (plan_id) WHERE plan_id IS NOT NULL;
-- orders that begin later
CREATE INDEX "revocation_order_scheduled" ON "revocation_order" (effective_from) WHERE effective_from > created_at;

-- AlterTable
ALTER TABLE "organisation"
  ADD COLUMN "order_horizon_days" INTEGER NOT NULL DEFAULT 90,
  ADD COLUMN "order_plan_minutes" INTEGER NOT NULL DEFAULT 10,
  ADD COLUMN "wide_order_tokens" INTEGER NOT NULL DEFAULT 100000;
ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_order_horizon" CHECK (order_horizon_days BETWEEN 1 AND 365),
  ADD CONSTRAINT "organisation_order_plan" CHECK (order_plan_minutes BETWEEN 1 AND 60),
  ADD CONSTRAINT "organisation_wide_order" CHECK (wide_order_tokens BETWEEN 1 AND 1000000000);

-- CreateTable
CREATE TABLE "selection" (
    "id" UUID NOT NULL,
    "filters" JSONB NOT NULL,
    "size" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "selection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "selection_chunk" (
    "selection_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "token_ids" UUID[],
    "position" BIGINT,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "selection_chunk_pkey" PRIMARY KEY ("selection_id","number")
);
ALTER TABLE "selection_chunk" ALTER COLUMN "token_ids" SET NOT NULL;
-- random bytes: compressing them costs time and saves nothing
ALTER TABLE "selection_chunk" ALTER COLUMN "token_ids" SET STORAGE EXTERNAL;
-- the feed: chunks that are in force, in its order
CREATE UNIQUE INDEX "selection_chunk_position" ON "selection_chunk" (position) WHERE position IS NOT NULL;

-- CreateTable
CREATE TABLE "selection_token" (
    "selection_id" UUID NOT NULL,
    "token_id" UUID NOT NULL,

    CONSTRAINT "selection_token_pkey" PRIMARY KEY ("token_id","selection_id")
);

-- CreateTable
CREATE TABLE "order_plan" (
    "id" UUID NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "looked_from" TIMESTAMPTZ(3) NOT NULL,
    "verb" TEXT NOT NULL,
    "target_kind" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "target_name" TEXT NOT NULL,
    "is_members" BOOLEAN NOT NULL,
    "effective_from" TIMESTAMPTZ(3),
    "suspended_until" TIMESTAMPTZ(3),
    "tokens" INTEGER NOT NULL,
    "is_exact" BOOLEAN NOT NULL,
    "audiences" TEXT[],
    "needs_owner" BOOLEAN NOT NULL,
    "confirm" TEXT,
    "used_at" TIMESTAMPTZ(3),
    "order_id" UUID,

    CONSTRAINT "order_plan_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "order_plan" ALTER COLUMN "audiences" SET NOT NULL;
ALTER TABLE "order_plan"
  ADD CONSTRAINT "order_plan_verb" CHECK (verb IN ('revoke', 'suspend')),
  ADD CONSTRAINT "order_plan_until" CHECK (suspended_until IS NULL OR verb = 'suspend'),
  ADD CONSTRAINT "order_plan_used" CHECK ((used_at IS NULL) = (order_id IS NULL));

-- CreateTable
CREATE TABLE "order_plan_name" (
    "plan_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "ids" UUID[],

    CONSTRAINT "order_plan_name_pkey" PRIMARY KEY ("plan_id","kind")
);
ALTER TABLE "order_plan_name" ALTER COLUMN "ids" SET NOT NULL;
ALTER TABLE "order_plan_name" ALTER COLUMN "ids" SET STORAGE EXTERNAL;
ALTER TABLE "order_plan_name" ADD CONSTRAINT "order_plan_name_kind" CHECK (kind IN ('user', 'client', 'verifier'));

-- CreateIndex
CREATE INDEX "order_plan_expires_at_idx" ON "order_plan"("expires_at");

-- AddForeignKey
ALTER TABLE "selection_chunk" ADD CONSTRAINT "selection_chunk_selection_id_fkey" FOREIGN KEY ("selection_id") REFERENCES "selection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_plan_name" ADD CONSTRAINT "order_plan_name_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "order_plan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whether the written part of a frozen selection has a token. A function of its own, so that `order_reaches` is still put into statements whole.
CREATE FUNCTION "selection_has"(selection text, token uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT EXISTS (SELECT FROM selection_token s WHERE s.token_id = token AND s.selection_id = selection::uuid)
$$;

-- Does an order reach a token? The SQL twin of orderReaches in lib/revocations/model.ts; a property test holds the two together.
CREATE OR REPLACE FUNCTION "order_reaches"(o "revocation_order", t "token") RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE o.target_kind
    WHEN 'token' THEN o.target_id = t.id::text
    WHEN 'family' THEN o.target_id = t.family_id::text
    WHEN 'signing_key' THEN o.target_id = t.signing_kid
    WHEN 'session' THEN o.target_id = t.session_uid AND t.rooted_at <= o.cutoff
    WHEN 'user' THEN o.target_id = t.user_id::text AND t.rooted_at <= o.cutoff
    WHEN 'client' THEN o.target_id = t.client_id::text AND t.rooted_at <= o.cutoff
    WHEN 'permission' THEN o.target_id = ANY (t.scopes) AND t.rooted_at <= o.cutoff
    WHEN 'group' THEN o.target_id = ANY (t.groups) AND t.rooted_at <= o.cutoff
    WHEN 'audience' THEN o.target_id = ANY (t.audiences) AND t.rooted_at <= o.cutoff
    WHEN 'everything' THEN t.rooted_at <= o.cutoff
    WHEN 'selection' THEN selection_has(o.target_id, t.id)
    ELSE false
  END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON "selection", "selection_chunk", "order_plan", "order_plan_name" TO tokenwarden_app;
-- what was taken back stays on record
GRANT SELECT, INSERT ON "selection_token" TO tokenwarden_app;
GRANT SELECT ON "selection", "selection_chunk", "selection_token", "order_plan", "order_plan_name" TO tokenwarden_retention;
