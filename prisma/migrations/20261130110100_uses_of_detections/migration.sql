-- What: which uses a detection counted, the newest thousand of each.
-- Why: its page and the log show the very uses that it rests on, and not the newest ones of its token.
-- Lock: none on a table that exists but for the key, ROW SHARE on detection for a moment. Size: some 60 bytes a use, 60 kB a detection at most. What was found before has none.
-- runs beside the version before

-- CreateTable
CREATE TABLE "detection_use" (
    "detection_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "use_id" UUID NOT NULL,

    CONSTRAINT "detection_use_pkey" PRIMARY KEY ("detection_id","received_at","use_id")
);

-- AddForeignKey
ALTER TABLE "detection_use" ADD CONSTRAINT "detection_use_detection_id_fkey" FOREIGN KEY ("detection_id") REFERENCES "detection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- what it is of leaves with it, by the retention role alone; beyond a thousand the oldest make room
GRANT SELECT, INSERT, DELETE ON "detection_use" TO tokenwarden_app;
GRANT SELECT ON "detection_use" TO tokenwarden_retention;
