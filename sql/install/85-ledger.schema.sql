-- The ledger: which version's data structures these are. It goes with them, in a dump too.

---------------------------------------------------------------------------------------------- schema_ledger
-- Rows that a dump brings into a new installation stand beside that one's own: so a step has no key.
CREATE TABLE @extschema@.schema_ledger (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    step        integer      NOT NULL,
    version     text         NOT NULL,
    left_as     text,
    created_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT schema_ledger_pkey PRIMARY KEY (id)
);
ALTER TABLE @extschema@.schema_ledger ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.schema_ledger            IS 'The steps of bookmeatoz_schema_steps() that bookmeatoz_install_schema() has done, or has left out because the owner had changed what they change. It asks for none of them again: delete the row of a step to have it asked for once more. No policy: only the owner and superusers see it. Rows never change.';
COMMENT ON COLUMN @extschema@.schema_ledger.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.schema_ledger.step       IS 'The number of the step.';
COMMENT ON COLUMN @extschema@.schema_ledger.version    IS 'The version that the step leads to.';
COMMENT ON COLUMN @extschema@.schema_ledger.left_as    IS 'The definition that was left as it was; NULL: the step is done.';
COMMENT ON COLUMN @extschema@.schema_ledger.created_at IS 'When.';
