-- What: how e-mail leaves and the mails that do; scanners, their secrets, and what they reported.
-- Why: whoever owns a leaked token is told from its case, by mail that commits with the act; software that finds leaked values reports them, and is answered by a policy.
-- Lock: the foreign keys hold off inserts into "incident" for a moment. Size: all tables are new; a report is some hundred bytes and one row for each value of ours.
-- runs beside the version before

-- CreateTable
CREATE TABLE "mail_settings" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "host" TEXT,
    "port" INTEGER,
    "tls" TEXT,
    "username" TEXT,
    "password_wrapped" BYTEA,
    "ca_pem" TEXT,
    "from_address" TEXT,
    "from_name" TEXT NOT NULL DEFAULT '',
    "tested_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "mail_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" UUID NOT NULL,
    "message_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "to_address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "recipient_kind" TEXT NOT NULL,
    "recipient_id" UUID NOT NULL,
    "recipient_name" TEXT NOT NULL,
    "incident_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "give_up_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scanner" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "hours" INTEGER,
    "disabled_at" TIMESTAMPTZ(3),
    "last_reported_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "scanner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scanner_secret" (
    "id" UUID NOT NULL,
    "scanner_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "scanner_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leak_report" (
    "id" UUID NOT NULL,
    "scanner_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "last_received_at" TIMESTAMPTZ(3) NOT NULL,
    "times" INTEGER NOT NULL DEFAULT 1,
    "value_count" INTEGER NOT NULL,
    "unknown_count" INTEGER NOT NULL,
    "incident_id" UUID,

    CONSTRAINT "leak_report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leak_finding" (
    "report_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "token_id" UUID,
    "family_id" UUID,
    "client_id" UUID,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "url" TEXT,
    "source" TEXT,
    "outcome" TEXT NOT NULL,
    "order_id" UUID,

    CONSTRAINT "leak_finding_pkey" PRIMARY KEY ("report_id","ordinal")
);

-- CreateIndex
CREATE UNIQUE INDEX "mail_message_id_key" ON "mail"("message_id");

-- CreateIndex
CREATE INDEX "mail_created_at_id_idx" ON "mail"("created_at", "id");

-- CreateIndex
CREATE INDEX "mail_incident_id_created_at_idx" ON "mail"("incident_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "scanner_name_key" ON "scanner"("name");

-- CreateIndex
CREATE UNIQUE INDEX "scanner_secret_secret_hash_key" ON "scanner_secret"("secret_hash");

-- CreateIndex
CREATE INDEX "scanner_secret_scanner_id_idx" ON "scanner_secret"("scanner_id");

-- CreateIndex
CREATE INDEX "leak_report_scanner_id_received_at_idx" ON "leak_report"("scanner_id", "received_at");

-- CreateIndex
CREATE INDEX "leak_report_incident_id_idx" ON "leak_report"("incident_id");

-- CreateIndex
CREATE UNIQUE INDEX "leak_report_scanner_id_digest_key" ON "leak_report"("scanner_id", "digest");

-- CreateIndex
CREATE INDEX "leak_finding_token_id_idx" ON "leak_finding"("token_id");

-- AddForeignKey
ALTER TABLE "mail" ADD CONSTRAINT "mail_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scanner_secret" ADD CONSTRAINT "scanner_secret_scanner_id_fkey" FOREIGN KEY ("scanner_id") REFERENCES "scanner"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leak_report" ADD CONSTRAINT "leak_report_scanner_id_fkey" FOREIGN KEY ("scanner_id") REFERENCES "scanner"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leak_report" ADD CONSTRAINT "leak_report_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leak_finding" ADD CONSTRAINT "leak_finding_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "leak_report"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "mail_queued" ON "mail"("next_attempt_at") WHERE state = 'queued';
CREATE INDEX "leak_report_without_case" ON "leak_report"("received_at") WHERE incident_id IS NULL AND unknown_count < value_count;

INSERT INTO "mail_settings" (id, updated_at) VALUES (1, now());
ALTER TABLE "mail_settings"
  ADD CONSTRAINT "mail_settings_one" CHECK (id = 1),
  ADD CONSTRAINT "mail_settings_tls" CHECK (tls IN ('tls', 'starttls', 'plain')),
  ADD CONSTRAINT "mail_settings_port" CHECK (port BETWEEN 1 AND 65535),
  ADD CONSTRAINT "mail_settings_whole" CHECK (num_nulls(host, port, tls, from_address) IN (0, 4)),
  ADD CONSTRAINT "mail_settings_user" CHECK ((username IS NULL) = (password_wrapped IS NULL) AND (username IS NULL OR host IS NOT NULL));
ALTER TABLE "mail"
  ADD CONSTRAINT "mail_state" CHECK (state IN ('queued', 'sent', 'failed')),
  ADD CONSTRAINT "mail_sent" CHECK ((sent_at IS NOT NULL) = (state = 'sent')),
  ADD CONSTRAINT "mail_recipient" CHECK (recipient_kind IN ('user', 'client')),
  ADD CONSTRAINT "mail_one_line" CHECK (to_address !~ '[[:cntrl:] ]' AND subject !~ '[[:cntrl:]]' AND message_id !~ '[[:cntrl:] <>]'),
  ADD CONSTRAINT "mail_lease" CHECK ((leased_by IS NULL) = (leased_until IS NULL));
ALTER TABLE "scanner"
  ADD CONSTRAINT "scanner_action" CHECK (action IN ('case', 'suspend', 'revoke')),
  ADD CONSTRAINT "scanner_hours" CHECK ((hours IS NOT NULL) = (action = 'suspend') AND (hours IS NULL OR hours BETWEEN 1 AND 720));
ALTER TABLE "scanner_secret" ADD CONSTRAINT "scanner_secret_hash" CHECK (octet_length(secret_hash) = 32);
ALTER TABLE "leak_report"
  ADD CONSTRAINT "leak_report_counts" CHECK (value_count > 0 AND unknown_count BETWEEN 0 AND value_count AND times > 0),
  ADD CONSTRAINT "leak_report_digest" CHECK (octet_length(digest) = 32);
ALTER TABLE "leak_finding"
  ADD CONSTRAINT "leak_finding_kind" CHECK (kind IN ('token', 'altered', 'client_secret')),
  ADD CONSTRAINT "leak_finding_of" CHECK (CASE WHEN kind = 'client_secret' THEN client_id IS NOT NULL ELSE token_id IS NOT NULL AND family_id IS NOT NULL END),
  ADD CONSTRAINT "leak_finding_outcome" CHECK (outcome IN ('revoked', 'suspended', 'ended', 'case')),
  ADD CONSTRAINT "leak_finding_order" CHECK ((order_id IS NOT NULL) OR outcome IN ('ended', 'case'));

GRANT SELECT, INSERT, UPDATE, DELETE ON "scanner_secret" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE ON "scanner", "leak_report" TO tokenwarden_app;
GRANT SELECT, INSERT ON "leak_finding", "mail" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "mail_settings" TO tokenwarden_app;
-- a mail says what it said: only what became of it changes
GRANT UPDATE (state, attempts, next_attempt_at, give_up_at, last_error, last_error_at, sent_at, leased_by, leased_until) ON "mail" TO tokenwarden_app;
GRANT SELECT, DELETE ON "leak_report", "leak_finding", "mail" TO tokenwarden_retention;
