-- The end of an update: rights on functions are as they were. The tables change only when bookmeatoz_install_schema() is called.

SELECT @extschema@.bookmeatoz_put_back_rights(current_setting('extension_update.rights')::jsonb);
SELECT @extschema@.bookmeatoz_announce_steps();
