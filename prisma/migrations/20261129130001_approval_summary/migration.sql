-- What: the role that erases may change what an approval is called.
-- Why: it is called by whom it is upon.
-- Lock: none to speak of. Size: none.
-- runs beside the version before
GRANT UPDATE (summary) ON "approval" TO tokenwarden_retention;
