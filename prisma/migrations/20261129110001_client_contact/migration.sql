-- What: whom to write to about a client.
-- Why: a service's tokens have no user behind them: when one leaks, its team is told.
-- Lock: "client" exclusively for a moment; no row is rewritten. Size: nothing until somebody fills it in.
-- runs beside the version before

-- AlterTable
ALTER TABLE "client" ADD COLUMN     "contact_email" TEXT;
