-- What: the first schema.
-- Why: register, orders, directory, clients, keys, audit.
-- Lock: none, the database is empty. Size: nothing.
-- Hand-made after Prisma's own DDL: partitioning, checks, partial indexes, triggers, functions, roles, first rows.

-- CreateTable
CREATE TABLE "admin" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "totp_wrapped" BYTEA NOT NULL,
    "totp_last_step" BIGINT NOT NULL DEFAULT 0,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_sign_in_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_session" (
    "id" UUID NOT NULL,
    "admin_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "absolute_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "idle_seconds" INTEGER NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_reason" TEXT,
    "ip" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "admin_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setup_link" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "setup_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_attempt" (
    "key" TEXT NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL,

    CONSTRAINT "sign_in_attempt_pkey" PRIMARY KEY ("key","window_start")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "error_code" TEXT,
    "target_kind" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "target_name" TEXT NOT NULL,
    "reason" TEXT,
    "note" TEXT,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "salt" BYTEA NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_chain" (
    "id" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token_use" (
    "id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "refusal" TEXT,
    "source" TEXT NOT NULL,
    "token_id" UUID NOT NULL,
    "token_kind" TEXT NOT NULL,
    "family_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "user_id" UUID,
    "subject" TEXT NOT NULL,
    "verifier_id" UUID,
    "audience" TEXT,
    "method" TEXT,
    "path" TEXT,
    "ip" TEXT,
    "country" TEXT,
    "user_agent" TEXT,
    "writer_id" UUID NOT NULL,
    "flush" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "salt" BYTEA NOT NULL,

    CONSTRAINT "token_use_pkey" PRIMARY KEY ("received_at","id")
) PARTITION BY RANGE ("received_at");

-- CreateTable
CREATE TABLE "refused_count" (
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "verifier_id" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "refusal" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "refused_count_pkey" PRIMARY KEY ("minute","verifier_id","ip","refusal")
);

-- CreateTable
CREATE TABLE "client" (
    "id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "kind" TEXT NOT NULL,
    "token_format" TEXT NOT NULL,
    "grant_types" TEXT[],
    "redirect_uris" TEXT[],
    "post_logout_redirect_uris" TEXT[],
    "access_token_ttl_seconds" INTEGER,
    "custom_claims" JSONB NOT NULL DEFAULT '{}',
    "require_consent" BOOLEAN NOT NULL DEFAULT true,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_secret" (
    "id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "client_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_audience" (
    "client_id" UUID NOT NULL,
    "audience_id" UUID NOT NULL,

    CONSTRAINT "client_audience_pkey" PRIMARY KEY ("client_id","audience_id")
);

-- CreateTable
CREATE TABLE "client_permission" (
    "client_id" UUID NOT NULL,
    "permission_id" UUID NOT NULL,

    CONSTRAINT "client_permission_pkey" PRIMARY KEY ("client_id","permission_id")
);

-- CreateTable
CREATE TABLE "verifier" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "mode" TEXT NOT NULL DEFAULT 'strict',
    "max_staleness_seconds" INTEGER NOT NULL DEFAULT 60,
    "audit_mode" TEXT NOT NULL DEFAULT 'durable',
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "verifier_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verifier_audience" (
    "verifier_id" UUID NOT NULL,
    "audience_id" UUID NOT NULL,

    CONSTRAINT "verifier_audience_pkey" PRIMARY KEY ("verifier_id","audience_id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_sign_in_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_group" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "user_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_member" (
    "group_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_id","user_id")
);

-- CreateTable
CREATE TABLE "group_client" (
    "group_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,

    CONSTRAINT "group_client_pkey" PRIMARY KEY ("group_id","client_id")
);

-- CreateTable
CREATE TABLE "group_permission" (
    "group_id" UUID NOT NULL,
    "permission_id" UUID NOT NULL,

    CONSTRAINT "group_permission_pkey" PRIMARY KEY ("group_id","permission_id")
);

-- CreateTable
CREATE TABLE "audience" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "resource_uri" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audience_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "permission" (
    "id" UUID NOT NULL,
    "audience_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "permission_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" UUID NOT NULL,
    "kid" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_wrapped" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "activated_at" TIMESTAMPTZ(3),
    "retiring_at" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),
    "compromised_at" TIMESTAMPTZ(3),
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organisation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "access_token_ttl_seconds" INTEGER NOT NULL DEFAULT 3600,
    "service_token_ttl_seconds" INTEGER NOT NULL DEFAULT 600,
    "access_token_ttl_min_seconds" INTEGER NOT NULL DEFAULT 60,
    "access_token_ttl_max_seconds" INTEGER NOT NULL DEFAULT 86400,
    "refresh_token_idle_seconds" INTEGER NOT NULL DEFAULT 604800,
    "refresh_token_absolute_seconds" INTEGER NOT NULL DEFAULT 2592000,
    "authorization_code_ttl_seconds" INTEGER NOT NULL DEFAULT 60,
    "id_token_ttl_seconds" INTEGER NOT NULL DEFAULT 3600,
    "session_idle_seconds" INTEGER NOT NULL DEFAULT 1800,
    "session_absolute_seconds" INTEGER NOT NULL DEFAULT 36000,
    "clock_skew_seconds" INTEGER NOT NULL DEFAULT 30,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_version" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "version" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "registry_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revocation_order" (
    "id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "verb" TEXT NOT NULL,
    "target_kind" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "target_name" TEXT NOT NULL,
    "cutoff" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "settled_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "revocation_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "feed_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token_standing" (
    "token_id" UUID NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_order_id" UUID,
    "suspended_at" TIMESTAMPTZ(3),
    "suspended_until" TIMESTAMPTZ(3),
    "suspended_order_id" UUID,

    CONSTRAINT "token_standing_pkey" PRIMARY KEY ("token_id")
);

-- CreateTable
CREATE TABLE "token_family" (
    "id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "user_id" UUID,
    "session_uid" TEXT,
    "rooted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_family_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "user_id" UUID,
    "subject" TEXT NOT NULL,
    "family_id" UUID NOT NULL,
    "parent_id" UUID,
    "session_uid" TEXT,
    "grant_type" TEXT NOT NULL,
    "scopes" TEXT[],
    "groups" TEXT[],
    "roles" TEXT[],
    "audiences" TEXT[],
    "claims" JSONB NOT NULL DEFAULT '{}',
    "signing_kid" TEXT,
    "rooted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "value_hash" BYTEA NOT NULL,

    CONSTRAINT "token_pkey" PRIMARY KEY ("issued_at","id")
) PARTITION BY RANGE ("issued_at");

-- CreateTable
CREATE TABLE "token_label" (
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "token_id" UUID NOT NULL,

    CONSTRAINT "token_label_pkey" PRIMARY KEY ("kind","label","issued_at","token_id")
) PARTITION BY RANGE ("issued_at");

-- CreateTable
CREATE TABLE "refresh_consumption" (
    "token_id" UUID NOT NULL,
    "family_id" UUID NOT NULL,
    "consumed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refresh_consumption_pkey" PRIMARY KEY ("token_id")
);

-- CreateTable
CREATE TABLE "token_usage" (
    "token_id" UUID NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "use_count" BIGINT NOT NULL,
    "refused_count" BIGINT NOT NULL DEFAULT 0,
    "last_ip" TEXT,

    CONSTRAINT "token_usage_pkey" PRIMARY KEY ("token_id")
) WITH (fillfactor = 75);

-- CreateTable
CREATE TABLE "protocol_state" (
    "model" TEXT NOT NULL,
    "id_hash" BYTEA NOT NULL,
    "payload" JSONB NOT NULL,
    "grant_id" TEXT,
    "account_id" TEXT,
    "uid" TEXT,
    "user_code" TEXT,
    "family_id" UUID,
    "consumed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "protocol_state_pkey" PRIMARY KEY ("model","id_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_email_key" ON "admin"("email");

-- CreateIndex
CREATE INDEX "admin_session_admin_id_created_at_idx" ON "admin_session"("admin_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "setup_link_token_hash_key" ON "setup_link"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entry_sequence_key" ON "audit_entry"("sequence");

-- CreateIndex
CREATE INDEX "audit_entry_at_id_idx" ON "audit_entry"("at", "id");

-- CreateIndex
CREATE INDEX "audit_entry_target_kind_target_id_at_idx" ON "audit_entry"("target_kind", "target_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_at_idx" ON "audit_entry"("actor_id", "at");

-- CreateIndex
CREATE INDEX "token_use_token_id_received_at_idx" ON "token_use"("token_id", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "client_client_id_key" ON "client"("client_id");

-- CreateIndex
CREATE INDEX "client_created_at_id_idx" ON "client"("created_at", "id");

-- CreateIndex
CREATE INDEX "client_secret_client_id_idx" ON "client_secret"("client_id");

-- CreateIndex
CREATE INDEX "client_audience_audience_id_idx" ON "client_audience"("audience_id");

-- CreateIndex
CREATE INDEX "client_permission_permission_id_idx" ON "client_permission"("permission_id");

-- CreateIndex
CREATE UNIQUE INDEX "verifier_name_key" ON "verifier"("name");

-- CreateIndex
CREATE UNIQUE INDEX "verifier_secret_hash_key" ON "verifier"("secret_hash");

-- CreateIndex
CREATE INDEX "verifier_audience_audience_id_idx" ON "verifier_audience"("audience_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE INDEX "user_account_created_at_id_idx" ON "user_account"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "user_group_name_key" ON "user_group"("name");

-- CreateIndex
CREATE INDEX "group_member_user_id_idx" ON "group_member"("user_id");

-- CreateIndex
CREATE INDEX "group_client_client_id_idx" ON "group_client"("client_id");

-- CreateIndex
CREATE INDEX "group_permission_permission_id_idx" ON "group_permission"("permission_id");

-- CreateIndex
CREATE UNIQUE INDEX "audience_name_key" ON "audience"("name");

-- CreateIndex
CREATE UNIQUE INDEX "audience_resource_uri_key" ON "audience"("resource_uri");

-- CreateIndex
CREATE UNIQUE INDEX "permission_name_key" ON "permission"("name");

-- CreateIndex
CREATE INDEX "permission_audience_id_idx" ON "permission"("audience_id");

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_kid_key" ON "signing_key"("kid");

-- CreateIndex
CREATE UNIQUE INDEX "revocation_order_position_key" ON "revocation_order"("position");

-- CreateIndex
CREATE INDEX "revocation_order_target_kind_target_id_idx" ON "revocation_order"("target_kind", "target_id");

-- CreateIndex
CREATE INDEX "token_expires_at_id_idx" ON "token"("expires_at", "id");

-- CreateIndex
CREATE INDEX "token_client_id_issued_at_id_idx" ON "token"("client_id", "issued_at", "id");

-- CreateIndex
CREATE INDEX "token_user_id_issued_at_id_idx" ON "token"("user_id", "issued_at", "id");

-- CreateIndex
CREATE INDEX "token_family_id_idx" ON "token"("family_id");

-- CreateIndex
CREATE INDEX "token_value_hash_idx" ON "token"("value_hash");

-- CreateIndex
CREATE INDEX "protocol_state_uid_idx" ON "protocol_state"("uid");

-- CreateIndex
CREATE INDEX "protocol_state_grant_id_idx" ON "protocol_state"("grant_id");

-- CreateIndex
CREATE INDEX "protocol_state_account_id_idx" ON "protocol_state"("account_id");

-- CreateIndex
CREATE INDEX "protocol_state_expires_at_idx" ON "protocol_state"("expires_at");

-- AddForeignKey
ALTER TABLE "admin_session" ADD CONSTRAINT "admin_session_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_secret" ADD CONSTRAINT "client_secret_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_audience" ADD CONSTRAINT "client_audience_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_audience" ADD CONSTRAINT "client_audience_audience_id_fkey" FOREIGN KEY ("audience_id") REFERENCES "audience"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_permission" ADD CONSTRAINT "client_permission_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_permission" ADD CONSTRAINT "client_permission_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permission"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verifier_audience" ADD CONSTRAINT "verifier_audience_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verifier_audience" ADD CONSTRAINT "verifier_audience_audience_id_fkey" FOREIGN KEY ("audience_id") REFERENCES "audience"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "user_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_client" ADD CONSTRAINT "group_client_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "user_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_client" ADD CONSTRAINT "group_client_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_permission" ADD CONSTRAINT "group_permission_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "user_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_permission" ADD CONSTRAINT "group_permission_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permission"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "permission" ADD CONSTRAINT "permission_audience_id_fkey" FOREIGN KEY ("audience_id") REFERENCES "audience"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Partitions ---------------------------------------------------------------
-- They live in a schema of their own; each register has a DEFAULT so that no row is ever without a place.

CREATE SCHEMA "partitions";
CREATE TABLE "partitions"."token_default" PARTITION OF "token" DEFAULT;
CREATE TABLE "partitions"."token_label_default" PARTITION OF "token_label" DEFAULT;
CREATE TABLE "partitions"."token_use_default" PARTITION OF "token_use" DEFAULT;

-- Makes weekly partitions of the register and daily ones of the uses from `since` until `until`; those that exist stay.
-- A range that the DEFAULT partition already has rows of is left to it.
CREATE FUNCTION "ensure_partitions"(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text; step interval; unit text; lower_bound timestamptz; upper_bound timestamptz; name text; column_name text; occupied boolean; made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tokenwarden.ensure_partitions'));
  FOREACH base IN ARRAY ARRAY['token', 'token_label', 'token_use'] LOOP
    unit := CASE base WHEN 'token_use' THEN 'day' ELSE 'week' END;
    step := CASE base WHEN 'token_use' THEN interval '1 day' ELSE interval '7 days' END;
    column_name := CASE base WHEN 'token_use' THEN 'received_at' ELSE 'issued_at' END;
    lower_bound := date_trunc(unit, since);
    WHILE lower_bound < until LOOP
      upper_bound := lower_bound + step;
      name := base || '_' || to_char(lower_bound, 'YYYYMMDD');
      IF to_regclass('partitions.' || name) IS NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM partitions.%I WHERE %I >= $1 AND %I < $2)', base || '_default', column_name, column_name)
          INTO occupied USING lower_bound, upper_bound;
        IF NOT occupied THEN
          EXECUTE format('CREATE TABLE partitions.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)', name, base, lower_bound, upper_bound);
          made := made + 1;
        END IF;
      END IF;
      lower_bound := upper_bound;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
SELECT "ensure_partitions"(now() - interval '7 days', now() + interval '21 days');

-- Promises that the code makes, kept by the database too -------------------

ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_single" CHECK (id = 1),
  ADD CONSTRAINT "organisation_bounds" CHECK (access_token_ttl_min_seconds >= 60 AND access_token_ttl_max_seconds <= 86400 AND access_token_ttl_min_seconds <= access_token_ttl_max_seconds),
  ADD CONSTRAINT "organisation_access" CHECK (access_token_ttl_seconds BETWEEN access_token_ttl_min_seconds AND access_token_ttl_max_seconds),
  ADD CONSTRAINT "organisation_service" CHECK (service_token_ttl_seconds BETWEEN access_token_ttl_min_seconds AND access_token_ttl_max_seconds),
  ADD CONSTRAINT "organisation_refresh" CHECK (refresh_token_idle_seconds <= refresh_token_absolute_seconds AND access_token_ttl_seconds <= refresh_token_idle_seconds);
ALTER TABLE "registry_version" ADD CONSTRAINT "registry_version_single" CHECK (id = 1);
ALTER TABLE "feed_head" ADD CONSTRAINT "feed_head_single" CHECK (id = 1);
ALTER TABLE "admin" ADD CONSTRAINT "admin_role" CHECK (role IN ('owner', 'responder', 'governor', 'auditor')),
  ADD CONSTRAINT "admin_email_lower" CHECK (email = lower(email));
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_role" CHECK (role IN ('owner', 'responder', 'governor', 'auditor'));
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_email_lower" CHECK (email = lower(email));
ALTER TABLE "client"
  ADD CONSTRAINT "client_kind" CHECK (kind IN ('web', 'spa', 'native', 'service')),
  ADD CONSTRAINT "client_format" CHECK (token_format IN ('jwt', 'opaque')),
  ADD CONSTRAINT "client_ttl" CHECK (access_token_ttl_seconds IS NULL OR access_token_ttl_seconds BETWEEN 60 AND 86400);
ALTER TABLE "verifier"
  ADD CONSTRAINT "verifier_mode" CHECK (mode IN ('strict', 'lenient')),
  ADD CONSTRAINT "verifier_audit" CHECK (audit_mode IN ('durable', 'relaxed'));
ALTER TABLE "token"
  ADD CONSTRAINT "token_kind" CHECK (kind IN ('access', 'refresh')),
  ADD CONSTRAINT "token_format" CHECK (format IN ('jwt', 'opaque')),
  ADD CONSTRAINT "token_id_carries_time" CHECK (issued_at = uuid_extract_timestamp(id)),
  ADD CONSTRAINT "token_hash_sha256" CHECK (octet_length(value_hash) = 32);
ALTER TABLE "token_use" ADD CONSTRAINT "token_use_outcome" CHECK (outcome IN ('issued', 'allowed', 'refused') AND (outcome = 'refused') = (refusal IS NOT NULL));
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_outcome" CHECK (outcome IN ('done', 'refused'));
ALTER TABLE "revocation_order"
  ADD CONSTRAINT "revocation_order_verb" CHECK (verb IN ('revoke', 'suspend', 'restore')),
  ADD CONSTRAINT "revocation_order_target" CHECK (target_kind IN ('token', 'family', 'session', 'user', 'client', 'permission', 'group', 'audience', 'signing_key', 'everything', 'selection')),
  ADD CONSTRAINT "revocation_order_cutoff" CHECK ((cutoff IS NULL) = (target_kind IN ('token', 'family', 'signing_key', 'selection'))),
  ADD CONSTRAINT "revocation_order_note" CHECK (reason <> 'unspecified' OR note <> ''),
  ADD CONSTRAINT "revocation_order_expiry" CHECK (expires_at IS NULL OR verb = 'suspend');
ALTER TABLE "signing_key"
  ADD CONSTRAINT "signing_key_purpose" CHECK (purpose IN ('access_token', 'id_token', 'status_list', 'feed', 'checkpoint')),
  ADD CONSTRAINT "signing_key_state" CHECK (state IN ('standby', 'active', 'retiring', 'retired', 'compromised', 'destroyed')),
  ADD CONSTRAINT "signing_key_destroyed" CHECK ((state = 'destroyed') = (private_wrapped IS NULL));

-- the one active key of each purpose and algorithm
CREATE UNIQUE INDEX "signing_key_one_active" ON "signing_key" (purpose, algorithm) WHERE state = 'active';
-- orders that the worker has yet to settle: every list looks at them
CREATE INDEX "revocation_order_unsettled" ON "revocation_order" (position) WHERE settled_at IS NULL;
-- users by a part of name or address
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "user_account_search" ON "user_account" USING gin ((email || ' ' || name) gin_trgm_ops);

-- Key states only by the allowed transitions, for raw SQL too.
CREATE FUNCTION "signing_key_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('standby', 'active') THEN
      RAISE EXCEPTION 'a signing key begins as standby or active, not %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'signing keys are destroyed, never deleted' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kid <> OLD.kid OR NEW.purpose <> OLD.purpose OR NEW.algorithm <> OLD.algorithm OR NEW.public_jwk <> OLD.public_jwk THEN
    RAISE EXCEPTION 'a signing key''s identity does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (
       (OLD.state = 'standby'     AND NEW.state IN ('active', 'retired', 'compromised'))
    OR (OLD.state = 'active'      AND NEW.state IN ('retiring', 'compromised'))
    OR (OLD.state = 'retiring'    AND NEW.state IN ('retired', 'compromised'))
    OR (OLD.state = 'retired'     AND NEW.state IN ('compromised', 'destroyed'))
    OR (OLD.state = 'compromised' AND NEW.state = 'destroyed')) THEN
    RAISE EXCEPTION 'a signing key does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "signing_key_transition" BEFORE INSERT OR UPDATE OR DELETE ON "signing_key" FOR EACH ROW EXECUTE FUNCTION "signing_key_transition"();

-- Append-only tables.
CREATE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry" EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "token_use_append_only" BEFORE UPDATE OR DELETE ON "token_use" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "token_use_no_truncate" BEFORE TRUNCATE ON "token_use" EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "token_append_only" BEFORE UPDATE OR DELETE ON "token" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- An order's facts do not change; only its settling does.
CREATE FUNCTION "revocation_order_only_settles"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'revocation orders are never deleted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (to_jsonb(NEW) - 'settled_at' - 'settled_count') <> (to_jsonb(OLD) - 'settled_at' - 'settled_count') THEN
    RAISE EXCEPTION 'a revocation order does not change' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "revocation_order_only_settles" BEFORE UPDATE OR DELETE ON "revocation_order" FOR EACH ROW EXECUTE FUNCTION "revocation_order_only_settles"();

-- Revoked is for ever; a later order never moves the first revocation.
CREATE FUNCTION "token_standing_keeps_revoked"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at OR NEW.revoked_order_id IS DISTINCT FROM OLD.revoked_order_id) THEN
    RAISE EXCEPTION 'a revocation is never taken back' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "token_standing_keeps_revoked" BEFORE UPDATE ON "token_standing" FOR EACH ROW EXECUTE FUNCTION "token_standing_keeps_revoked"();

-- Authorities poll one number; NOTIFY is a hint.
CREATE FUNCTION "bump_registry_version"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE registry_version SET version = version + 1 WHERE id = 1;
  PERFORM pg_notify('registry', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "client_registry" AFTER INSERT OR UPDATE OR DELETE ON "client" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "client_secret_registry" AFTER INSERT OR UPDATE OR DELETE ON "client_secret" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "client_audience_registry" AFTER INSERT OR UPDATE OR DELETE ON "client_audience" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "client_permission_registry" AFTER INSERT OR UPDATE OR DELETE ON "client_permission" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "group_client_registry" AFTER INSERT OR UPDATE OR DELETE ON "group_client" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "user_group_registry" AFTER INSERT OR UPDATE OR DELETE ON "user_group" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "audience_registry" AFTER INSERT OR UPDATE OR DELETE ON "audience" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "permission_registry" AFTER INSERT OR UPDATE OR DELETE ON "permission" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "verifier_registry" AFTER INSERT OR DELETE OR UPDATE OF name, secret_hash, mode, max_staleness_seconds, audit_mode, disabled_at ON "verifier" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "verifier_audience_registry" AFTER INSERT OR UPDATE OR DELETE ON "verifier_audience" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "signing_key_registry" AFTER INSERT OR UPDATE ON "signing_key" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
CREATE TRIGGER "organisation_registry" AFTER INSERT OR UPDATE ON "organisation" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();

CREATE FUNCTION "notify_feed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('revocations', NEW.position::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "feed_head_notify" AFTER UPDATE ON "feed_head" FOR EACH ROW EXECUTE FUNCTION "notify_feed"();

-- Does an order reach a token? The SQL twin of orderReaches in lib/revocations/model.ts; a property test holds the two together.
CREATE FUNCTION "order_reaches"(o "revocation_order", t "token") RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
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
    ELSE false
  END
$$;

-- A token's state. The SQL twin of tokenState in lib/tokens/model.ts. Revoked always wins.
CREATE FUNCTION "token_state"(now_at timestamptz, not_before timestamptz, expires_at timestamptz, revoked boolean, suspended boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN revoked THEN 'revoked'
    WHEN expires_at <= now_at THEN 'expired'
    WHEN suspended THEN 'suspended'
    WHEN not_before > now_at THEN 'not_yet_valid'
    ELSE 'active'
  END
$$;

-- First rows.
INSERT INTO "organisation" (id, name) VALUES (1, 'Your organisation');
INSERT INTO "registry_version" (id) VALUES (1) ON CONFLICT DO NOTHING;
INSERT INTO "feed_head" (id) VALUES (1);
INSERT INTO "audit_chain" (id) VALUES ('admin');

-- Roles: the application cannot rewrite evidence, drop partitions or disable triggers.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tokenwarden_app') THEN CREATE ROLE tokenwarden_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tokenwarden_retention') THEN CREATE ROLE tokenwarden_retention NOLOGIN; END IF;
  IF NOT pg_has_role(current_user, 'tokenwarden_app', 'SET') THEN EXECUTE format('GRANT tokenwarden_app TO %I', current_user); END IF;
  IF NOT pg_has_role(current_user, 'tokenwarden_retention', 'SET') THEN EXECUTE format('GRANT tokenwarden_retention TO %I', current_user); END IF;
END $$;
GRANT USAGE ON SCHEMA public TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tokenwarden_app;
REVOKE UPDATE, DELETE ON "audit_entry", "token_use", "token", "token_label" FROM tokenwarden_app;
REVOKE DELETE ON "revocation_order", "signing_key", "token_standing", "feed_head", "audit_chain", "organisation", "registry_version" FROM tokenwarden_app;
REVOKE ALL ON FUNCTION "ensure_partitions"(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "ensure_partitions"(timestamptz, timestamptz) TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tokenwarden_retention;
