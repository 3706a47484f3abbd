-- What: the shards of the token status list, and each token's list and index.
-- Why: a JWT says where its status stands, so that a verifier that knows no more than the standard can see that it was taken back.
-- Lock: ACCESS EXCLUSIVE on the register for the moment that two nullable columns take; nothing is rewritten or read.
-- Size: 8 bytes a JWT; a row of status_list a process and day.
-- Authorities of the version before go on issuing tokens without a status.
-- runs beside the version before

-- CreateTable
CREATE TABLE "status_list" (
    "id" SERIAL NOT NULL,
    "writer_id" UUID NOT NULL,
    "size" INTEGER NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "lives_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "status_list_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "status_list" ADD CONSTRAINT "status_list_size" CHECK (size > 0 AND size % 4 = 0),
  ADD CONSTRAINT "status_list_times" CHECK (closed_at >= opened_at AND lives_until > opened_at);

-- CreateIndex
CREATE INDEX "status_list_lives_until_idx" ON "status_list"("lives_until");

-- AlterTable
ALTER TABLE "token" ADD COLUMN "status_list_id" INTEGER,
ADD COLUMN "status_index" INTEGER;
-- what is there has neither: it need not be read
ALTER TABLE "token" ADD CONSTRAINT "token_status" CHECK ((status_list_id IS NULL) = (status_index IS NULL)) NOT VALID;

GRANT SELECT, INSERT, UPDATE ON "status_list" TO tokenwarden_app;
GRANT USAGE ON SEQUENCE "status_list_id_seq" TO tokenwarden_app;
GRANT SELECT, DELETE ON "status_list" TO tokenwarden_retention;
