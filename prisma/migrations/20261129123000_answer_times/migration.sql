-- What: how long the authority takes to answer each verifier that asks.
-- Why: what checks by itself says what a check takes; of what asks, by introspection or from a gateway, nobody could see it.
-- Lock: ACCESS EXCLUSIVE on verifier for the moment that two nullable columns take. Size: 8 bytes a verifier; written with last_seen_at, every five seconds at most.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier" ADD COLUMN     "answer_p50_us" INTEGER,
ADD COLUMN     "answer_p99_us" INTEGER;
