-- Tokens: for logging in, for resetting a password and for proving an address. Only their hashes are stored. Only an auth role
-- (bookmeatoz_grant_auth_role) has rights on them; purge_expired_tokens() deletes them.

-------------------------------------------------------------------------------------------- token_blacklist
CREATE TABLE @extschema@.token_blacklist (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    token_hash  varchar      NOT NULL,
    user_id     uuid         NOT NULL,
    expires_at  timestamptz  NOT NULL,
    reason      varchar,
    created_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT token_blacklist_pkey PRIMARY KEY (id),
    CONSTRAINT token_blacklist_token_hash_key UNIQUE (token_hash),
    CONSTRAINT token_blacklist_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT token_blacklist_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.token_blacklist ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.token_blacklist            IS 'Tokens that no longer count although they have not expired. Rows never change.';
COMMENT ON COLUMN @extschema@.token_blacklist.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.token_blacklist.token_hash IS 'Hash of the token (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.token_blacklist.user_id    IS 'Whose token it was.';
COMMENT ON COLUMN @extschema@.token_blacklist.expires_at IS 'When the token itself expires; the row is of no use after that.';
COMMENT ON COLUMN @extschema@.token_blacklist.reason     IS 'Why it was withdrawn, such as logout or theft.';
COMMENT ON COLUMN @extschema@.token_blacklist.created_at IS 'When the row was written.';

CREATE INDEX token_blacklist_user_idx ON @extschema@.token_blacklist (user_id);
COMMENT ON INDEX @extschema@.token_blacklist_user_idx IS 'The tokens of a user; deleting a user.';
CREATE INDEX token_blacklist_expires_idx ON @extschema@.token_blacklist (expires_at);
COMMENT ON INDEX @extschema@.token_blacklist_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE POLICY token_blacklist_all ON @extschema@.token_blacklist FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY token_blacklist_all ON @extschema@.token_blacklist IS 'An auth role, whatever the context; system administrators.';

-------------------------------------------------------------------------------------------- password_resets
CREATE TABLE @extschema@.password_resets (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id     uuid         NOT NULL,
    token_hash  varchar      NOT NULL,
    expires_at  timestamptz  NOT NULL DEFAULT now() + interval '1 hour',
    used_at     timestamptz,
    created_at  timestamptz  NOT NULL DEFAULT now(),
    updated_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT password_resets_pkey PRIMARY KEY (id),
    CONSTRAINT password_resets_token_hash_key UNIQUE (token_hash),
    CONSTRAINT password_resets_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT password_resets_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.password_resets ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.password_resets            IS 'Requests to reset a password.';
COMMENT ON COLUMN @extschema@.password_resets.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.password_resets.user_id    IS 'Whose password is to be reset.';
COMMENT ON COLUMN @extschema@.password_resets.token_hash IS 'Hash of the token that was sent (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.password_resets.expires_at IS 'Until when the token counts; an hour from now when it is not given.';
COMMENT ON COLUMN @extschema@.password_resets.used_at    IS 'When it was used; it counts once.';
COMMENT ON COLUMN @extschema@.password_resets.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.password_resets.updated_at IS 'When the row was last changed; set by trigger.';

CREATE INDEX password_resets_user_idx ON @extschema@.password_resets (user_id);
COMMENT ON INDEX @extschema@.password_resets_user_idx IS 'The requests of a user; deleting a user.';
CREATE INDEX password_resets_expires_idx ON @extschema@.password_resets (expires_at);
COMMENT ON INDEX @extschema@.password_resets_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE TRIGGER password_resets_set_timestamp BEFORE UPDATE ON @extschema@.password_resets
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER password_resets_set_timestamp ON @extschema@.password_resets IS 'Keeps updated_at.';

CREATE POLICY password_resets_all ON @extschema@.password_resets FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY password_resets_all ON @extschema@.password_resets IS 'An auth role, whatever the context; system administrators.';

---------------------------------------------------------------------------------------- email_verifications
CREATE TABLE @extschema@.email_verifications (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id      uuid         NOT NULL,
    token_hash   varchar      NOT NULL,
    expires_at   timestamptz  NOT NULL,
    verified_at  timestamptz,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT email_verifications_pkey PRIMARY KEY (id),
    CONSTRAINT email_verifications_token_hash_key UNIQUE (token_hash),
    CONSTRAINT email_verifications_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT email_verifications_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.email_verifications ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.email_verifications             IS 'Requests to prove that an address is the user''s.';
COMMENT ON COLUMN @extschema@.email_verifications.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.email_verifications.user_id     IS 'Whose address is to be proven.';
COMMENT ON COLUMN @extschema@.email_verifications.token_hash  IS 'Hash of the token that was sent (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.email_verifications.expires_at  IS 'Until when the token counts.';
COMMENT ON COLUMN @extschema@.email_verifications.verified_at IS 'When the address was proven.';
COMMENT ON COLUMN @extschema@.email_verifications.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.email_verifications.updated_at  IS 'When the row was last changed; set by trigger.';

CREATE INDEX email_verifications_user_idx ON @extschema@.email_verifications (user_id);
COMMENT ON INDEX @extschema@.email_verifications_user_idx IS 'The requests of a user; deleting a user.';
CREATE INDEX email_verifications_expires_idx ON @extschema@.email_verifications (expires_at);
COMMENT ON INDEX @extschema@.email_verifications_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE TRIGGER email_verifications_set_timestamp BEFORE UPDATE ON @extschema@.email_verifications
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER email_verifications_set_timestamp ON @extschema@.email_verifications IS 'Keeps updated_at.';

CREATE POLICY email_verifications_all ON @extschema@.email_verifications FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY email_verifications_all ON @extschema@.email_verifications IS 'An auth role, whatever the context; system administrators.';
