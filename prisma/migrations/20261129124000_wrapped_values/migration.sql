-- What: what is wrapped for SIEMs and for the mail server is refused under another master key than the one in force, as keys and second factors are.
-- Why: who wrapped by the old master key and wrote a moment after it was replaced left what nobody opens again.
-- Lock: both tables, for the moment of the triggers' making. Size: some rows.
CREATE TRIGGER "event_stream_secret_wrapped" BEFORE INSERT OR UPDATE OF secret_wrapped ON "event_stream"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('secret_wrapped');
CREATE TRIGGER "event_stream_previous_secret_wrapped" BEFORE INSERT OR UPDATE OF previous_secret_wrapped ON "event_stream"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('previous_secret_wrapped');
CREATE TRIGGER "event_stream_authorization_wrapped" BEFORE INSERT OR UPDATE OF authorization_wrapped ON "event_stream"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('authorization_wrapped');
CREATE TRIGGER "mail_settings_wrapped" BEFORE INSERT OR UPDATE OF password_wrapped ON "mail_settings"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('password_wrapped');
