-- What: what admins are told of, who was told and has read it, what each wants to be told by which channel, the organisation's defaults, the webhook, and what goes on for longer.
-- Why: approvals, detections, overdue rotations, verifiers and streams that are behind, and sign-ins from new places reach the people who may see them, once.
-- Lock: the check of "mail" is taken anew: it reads the table once and holds off writes to it meanwhile; mails are few. Size: all tables are new; some hundred bytes for each notification and 60 for each reader, for 90 days.
-- runs beside the version before

-- CreateTable
CREATE TABLE "notification" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tone" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "path" TEXT,
    "needs" TEXT,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "webhook_due_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_receipt" (
    "admin_id" UUID NOT NULL,
    "notification_id" UUID NOT NULL,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_receipt_pkey" PRIMARY KEY ("admin_id","notification_id")
);

-- CreateTable
CREATE TABLE "notification_choice" (
    "admin_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "is_on" BOOLEAN NOT NULL,

    CONSTRAINT "notification_choice_pkey" PRIMARY KEY ("admin_id","kind","channel")
);

-- CreateTable
CREATE TABLE "notification_settings" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "defaults" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "notification_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_webhook" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "url" TEXT,
    "kinds" TEXT[],
    "status" TEXT NOT NULL DEFAULT 'running',
    "status_reason" TEXT NOT NULL DEFAULT '',
    "secret_wrapped" BYTEA,
    "previous_secret_wrapped" BYTEA,
    "previous_secret_until" TIMESTAMPTZ(3),
    "authorization_wrapped" BYTEA,
    "delivered" BIGINT NOT NULL DEFAULT 0,
    "last_delivered_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),
    "tested_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "notification_webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_condition" (
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "began_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_condition_pkey" PRIMARY KEY ("kind","subject_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "notification_key_key" ON "notification"("key");

-- CreateIndex
CREATE INDEX "notification_at_id_idx" ON "notification"("at", "id");

-- CreateIndex
CREATE INDEX "notification_receipt_notification_id_idx" ON "notification_receipt"("notification_id");

-- CreateIndex
CREATE INDEX "notification_receipt_read_at_idx" ON "notification_receipt"("read_at");

-- AddForeignKey
ALTER TABLE "notification_receipt" ADD CONSTRAINT "notification_receipt_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_receipt" ADD CONSTRAINT "notification_receipt_notification_id_fkey" FOREIGN KEY ("notification_id") REFERENCES "notification"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_choice" ADD CONSTRAINT "notification_choice_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "notification_webhook_due" ON "notification"("id") WHERE webhook_due_at IS NOT NULL;
CREATE INDEX "notification_receipt_unread" ON "notification_receipt"("admin_id") WHERE read_at IS NULL;
-- how many mails of this kind somebody got within the last hour
CREATE INDEX "mail_to_admin" ON "mail"("recipient_id", "created_at") WHERE recipient_kind = 'admin';

INSERT INTO "notification_settings" (id, updated_at) VALUES (1, now());
INSERT INTO "notification_webhook" (id, kinds, updated_at) VALUES (1, '{}', now());

ALTER TABLE "notification"
  ADD CONSTRAINT "notification_tone" CHECK (tone IN ('good', 'information', 'warning', 'danger')),
  ADD CONSTRAINT "notification_one_line" CHECK (title !~ '[[:cntrl:]]' AND text !~ '[[:cntrl:]]' AND subject_name !~ '[[:cntrl:]]' AND actor_name !~ '[[:cntrl:]]'),
  ADD CONSTRAINT "notification_path" CHECK (path ~ '^/([^/\\[:cntrl:]]|$)');
ALTER TABLE "notification_choice" ADD CONSTRAINT "notification_choice_channel" CHECK (channel IN ('console', 'mail'));
ALTER TABLE "notification_settings"
  ADD CONSTRAINT "notification_settings_one" CHECK (id = 1),
  ADD CONSTRAINT "notification_settings_defaults" CHECK (jsonb_typeof(defaults) = 'object');
ALTER TABLE "notification_webhook" ALTER COLUMN "kinds" SET NOT NULL;
ALTER TABLE "notification_webhook"
  ADD CONSTRAINT "notification_webhook_one" CHECK (id = 1),
  ADD CONSTRAINT "notification_webhook_status" CHECK (status IN ('running', 'paused')),
  ADD CONSTRAINT "notification_webhook_whole" CHECK ((url IS NULL) = (secret_wrapped IS NULL)),
  ADD CONSTRAINT "notification_webhook_lease" CHECK ((leased_by IS NULL) = (leased_until IS NULL));
ALTER TABLE "notification_condition" ADD CONSTRAINT "notification_condition_phase" CHECK (phase IN ('rising', 'on', 'falling'));

ALTER TABLE "mail" DROP CONSTRAINT "mail_recipient";
ALTER TABLE "mail" ADD CONSTRAINT "mail_recipient" CHECK (recipient_kind IN ('user', 'client', 'admin'));

GRANT SELECT, INSERT ON "notification" TO tokenwarden_app;
-- what somebody was told stays as it was told: only what became of it at the webhook changes
GRANT UPDATE (webhook_due_at) ON "notification" TO tokenwarden_app;
GRANT SELECT, INSERT ON "notification_receipt" TO tokenwarden_app;
GRANT UPDATE (read_at) ON "notification_receipt" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "notification_choice", "notification_condition" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "notification_settings", "notification_webhook" TO tokenwarden_app;
GRANT SELECT, UPDATE, DELETE ON "notification" TO tokenwarden_retention;
GRANT SELECT, DELETE ON "notification_receipt" TO tokenwarden_retention;
GRANT SELECT ON "notification_choice", "notification_settings", "notification_webhook" TO tokenwarden_retention;
GRANT SELECT, UPDATE ON "notification_condition" TO tokenwarden_retention;

CREATE TRIGGER "notification_webhook_secret_wrapped" BEFORE INSERT OR UPDATE OF secret_wrapped ON "notification_webhook"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('secret_wrapped');
CREATE TRIGGER "notification_webhook_previous_secret_wrapped" BEFORE INSERT OR UPDATE OF previous_secret_wrapped ON "notification_webhook"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('previous_secret_wrapped');
CREATE TRIGGER "notification_webhook_authorization_wrapped" BEFORE INSERT OR UPDATE OF authorization_wrapped ON "notification_webhook"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('authorization_wrapped');
