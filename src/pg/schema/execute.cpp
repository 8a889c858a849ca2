// Runs DDL: see schema/execute.hpp.
#include "pg/schema/execute.hpp"

extern "C" {
#include "commands/extension.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {

Installing::Installing()
    : creating_extension_(creating_extension), nest_level_(NewGUCNestLevel()),
      exceptions_(std::uncaught_exceptions()) {
    pg_call([] {
        (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                                GUC_ACTION_SAVE, true, 0, false);
    });
    creating_extension = false;
}

Installing::~Installing() {
    creating_extension = creating_extension_;
    // After an error the abort of the transaction puts the settings back.
    if (std::uncaught_exceptions() == exceptions_)
        AtEOXact_GUC(true, nest_level_);
}

void execute(const char* statement) {
    const int code = SPI_execute(statement, false, 0);
    if (code < 0)
        elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

const char* qualified_name(Oid relation) {
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                      get_rel_name(relation));
}

void take_away_default_rights(const char* name, bool is_type, Oid schema) {
    const char* const qualified = quote_qualified_identifier(get_namespace_name(schema), name);
    execute(psprintf(
        is_type ? "SELECT DISTINCT format('REVOKE ALL ON TYPE %%s FROM %%s', t.oid::regtype, "
                  "acl.grantee::regrole)"
                  "  FROM pg_type t CROSS JOIN aclexplode(t.typacl) acl"
                  " WHERE t.oid = %s::regtype AND acl.grantee NOT IN (0, t.typowner)"
                : "SELECT DISTINCT format('REVOKE ALL ON TABLE %%s FROM %%s', c.oid::regclass,"
                  "              CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END)"
                  "  FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl"
                  " WHERE c.oid = %s::regclass AND acl.grantee <> c.relowner",
        quote_literal_cstr(qualified)));
    const SPITupleTable* const revocations = SPI_tuptable;
    const uint64 count = SPI_processed;
    for (uint64 i = 0; i < count; ++i)
        execute(SPI_getvalue(revocations->vals[i], revocations->tupdesc, 1));
}

} // namespace bookmeatoz::pg
