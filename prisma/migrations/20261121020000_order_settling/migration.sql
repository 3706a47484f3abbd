-- What: how far the worker has come with an order.
-- Why: settling a million tokens takes many transactions, by any worker, and goes on after a crash where it stopped.
-- Lock: none. Size: a row an order that is being settled.

-- CreateTable
CREATE TABLE "order_settling" (
    "order_id" UUID NOT NULL,
    "pass" INTEGER NOT NULL,
    "after_issued_at" TIMESTAMPTZ(3),
    "after_id" UUID,
    "horizon" BIGINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_settling_pkey" PRIMARY KEY ("order_id")
);

-- AddForeignKey
ALTER TABLE "order_settling" ADD CONSTRAINT "order_settling_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "revocation_order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE, DELETE ON "order_settling" TO tokenwarden_app;
GRANT SELECT ON "order_settling" TO tokenwarden_retention;
