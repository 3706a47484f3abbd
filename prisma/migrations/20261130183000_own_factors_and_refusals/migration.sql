-- What: a kind of its own for acts upon one's own ways in; how many refused sign-ins of an account were left out of the log is kept.
-- Why: a sign-in by recovery code opens one's own ways in and nothing of the organisation's; a count in one process's memory was lost with it, and another process had its own.
-- Lock: ACCESS EXCLUSIVE on admin_step_up for a scan of it (one row a session and kind). Size: one row for each account that was refused lately.
-- runs beside the version before

ALTER TABLE "admin_step_up" DROP CONSTRAINT "admin_step_up_kind";
ALTER TABLE "admin_step_up"
  ADD CONSTRAINT "admin_step_up_kind" CHECK (kind IN ('bulk', 'keys', 'roles', 'api-tokens', 'retention', 'streams', 'sign-in', 'own-factors', 'exports', 'approvals'));

-- CreateTable
CREATE TABLE "sign_in_refusal" (
    "key" TEXT NOT NULL,
    "allowance" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "left_out" INTEGER NOT NULL,

    CONSTRAINT "sign_in_refusal_pkey" PRIMARY KEY ("key")
);

ALTER TABLE "sign_in_refusal" ADD CONSTRAINT "sign_in_refusal_left_out" CHECK (left_out >= 0);
GRANT SELECT, INSERT, UPDATE, DELETE ON "sign_in_refusal" TO tokenwarden_app;
