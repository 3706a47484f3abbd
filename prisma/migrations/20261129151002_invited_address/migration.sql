-- What: the address under which somebody was invited for a provider, or came uninvited, letter by letter, beside the one that the provider gave last.
-- Why: who is invited anew is invited under the address that an owner knew, not under one that the provider's person has since given themselves.
-- Lock: "admin_identity" for a moment; no row is changed. Size: an address for each admin of a provider.
-- runs beside the version before
ALTER TABLE "admin_identity" ADD COLUMN "invited_email" TEXT;
