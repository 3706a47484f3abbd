-- What: a finding of a leak report that is a secret of the product's own knows which secret of its owner it is, and the end of it that tells it from others.
-- Why: a case must know whether what leaked works, and a verifier or scanner may have several secrets.
-- Lock: ACCESS EXCLUSIVE on leak_finding for a moment (no default: no rewrite). Size: 16 bytes and four characters for each such finding, nothing for others.
-- runs beside the version before

ALTER TABLE "leak_finding" ADD COLUMN "secret_id" UUID, ADD COLUMN "secret_hint" TEXT;
