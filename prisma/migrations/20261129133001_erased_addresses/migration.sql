-- What: an address that stands for somebody who was erased is nobody else's.
-- Why: somebody registered under it would keep the one whose id it has from being erased, and would look erased.
-- Lock: a moment on the users; rows of before are not looked at. Size: none.
-- runs beside the version before
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_erased_address"
  CHECK (email NOT LIKE '%@erased.invalid' OR erased_at IS NOT NULL) NOT VALID;
