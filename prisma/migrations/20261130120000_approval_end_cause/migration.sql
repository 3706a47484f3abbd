-- What: why an approval ended as refused: the act would be another one, who asked may not do it any more, or who approved it may not.
-- Why: one that ended with its asker said that it would have done something else, and that it could be asked for again.
-- Lock: "approval" for a moment; those that ended as refused, of 90 days, are written once. Size: a word in each of them.
-- runs beside the version before
ALTER TABLE "approval" ADD COLUMN "end_cause" TEXT;
UPDATE "approval" SET end_cause = CASE
    WHEN changed[1] LIKE '% may not use this console any more.%' OR changed[1] LIKE '% may not do it themselves any more. What they asked for cannot be done.' THEN 'asker'
    WHEN changed[1] LIKE 'Who approved it is shut out by now%' THEN 'approver'
    ELSE 'changed' END
  WHERE state = 'stale';
ALTER TABLE "approval" ADD CONSTRAINT "approval_end_cause" CHECK (end_cause IN ('changed', 'asker', 'approver') AND (end_cause IS NULL OR state = 'stale'));
