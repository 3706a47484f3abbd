-- What: which bound of an hour a mail of a notification counts to, how many were held back by it, which notifications go on with one another, and which revoked tokens go on being presented, by order.
-- Why: a flood of detections used up the mails of approvals, and what follows from one order was told token by token.
-- Lock: "mail" and "notification" for a moment, no row of theirs is looked at. Size: a row for each admin and bound that is over it, for an hour; some 60 bytes for each revoked token that is presented, for 90 days.
-- runs beside the version before
ALTER TABLE "mail" ADD COLUMN "budget" TEXT;
ALTER TABLE "notification" ADD COLUMN "thread" TEXT;
CREATE INDEX "notification_thread" ON "notification"("thread", "id") WHERE thread IS NOT NULL;

CREATE TABLE "held_mail" (
    "admin_id" UUID NOT NULL,
    "budget" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "held_mail_pkey" PRIMARY KEY ("admin_id","budget")
);
ALTER TABLE "held_mail" ADD CONSTRAINT "held_mail_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "order_presented" (
    "order_id" UUID NOT NULL,
    "token_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_presented_pkey" PRIMARY KEY ("order_id","token_id")
);
CREATE INDEX "order_presented_at_idx" ON "order_presented"("at");

GRANT SELECT, INSERT, UPDATE, DELETE ON "held_mail" TO tokenwarden_app;
GRANT SELECT, INSERT ON "order_presented" TO tokenwarden_app;
GRANT SELECT ON "held_mail" TO tokenwarden_retention;
GRANT SELECT, DELETE ON "order_presented" TO tokenwarden_retention;
