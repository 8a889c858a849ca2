// bookmeatoz_put_back_rights(): the rights on our functions as they were before an update, called at the end of its script.
#include "pg/schema/execute.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/extension.h"
}

namespace bookmeatoz::pg {
namespace {

// $1: what sql/update/00-rights-aside.sql has written down. Who grants, and the statement. A function that was made anew has the rights of the one
// that had its name. Whoever got a right from somebody else comes after him, as in an ACL.
constinit SavedQuery rights_query(R"(
    WITH noted AS (
        SELECT n.function, n.name, n.rights, pg_catalog.to_regprocedure(n.function)::pg_catalog.oid AS present
          FROM pg_catalog.jsonb_to_recordset($1) n (function pg_catalog.text, name pg_catalog.text, rights pg_catalog.jsonb)),
    ours AS (
        SELECT p.oid, p.proname, p.proowner, coalesce(same.rights, namesake.rights) AS rights
          FROM @extschema@.bookmeatoz_functions() f (oid)
          JOIN pg_catalog.pg_proc p ON p.oid = f.oid
          LEFT JOIN noted same ON same.present = p.oid
          LEFT JOIN noted namesake ON namesake.present IS NULL AND namesake.name = p.proname),
    wanted AS (
        SELECT o.oid, o.proowner, r.ordinality, r.value ->> 'grantor' AS grantor, r.value ->> 'grantee' AS grantee, (r.value -> 'grantable')::pg_catalog.bool AS grantable
          FROM ours o CROSS JOIN pg_catalog.jsonb_array_elements(o.rights) WITH ORDINALITY r (value, ordinality))
    SELECT o.proowner, 0 AS place, pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', o.oid::pg_catalog.regprocedure)
      FROM ours o
     WHERE o.rights IS NOT NULL AND NOT EXISTS (SELECT FROM wanted w WHERE w.oid = o.oid AND w.grantee = '0' AND w.grantor = o.proowner::pg_catalog.text)
       AND pg_catalog.has_function_privilege('public', o.oid, 'EXECUTE')
     UNION ALL
    SELECT w.grantor::pg_catalog.oid, w.ordinality,
           pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s%s', w.oid::pg_catalog.regprocedure,
                             CASE w.grantee WHEN '0' THEN 'PUBLIC' ELSE w.grantee::pg_catalog.oid::pg_catalog.regrole::pg_catalog.text END,
                             CASE WHEN w.grantable THEN ' WITH GRANT OPTION' END)
      FROM wanted w
     WHERE w.grantee <> w.proowner::pg_catalog.text
       AND NOT (w.grantee = '0' AND w.grantor = w.proowner::pg_catalog.text AND pg_catalog.has_function_privilege('public', w.oid, 'EXECUTE'))
     ORDER BY 2)",
                                  {JSONBOID});

// $1: as above. To whom bookmeatoz_set_owner() has given the data: the functions that are new.
constinit SavedQuery owners_query(R"(
    SELECT @extschema@.bookmeatoz_grant_functions_to_owner(acl.grantee::pg_catalog.regrole, ARRAY(
               SELECT o.oid
                 FROM @extschema@.bookmeatoz_functions() n (oid)
                 JOIN pg_catalog.pg_proc o ON o.oid = n.oid
                WHERE NOT EXISTS (SELECT
                                    FROM pg_catalog.jsonb_to_recordset($1) n (function pg_catalog.text, name pg_catalog.text)
                                   CROSS JOIN pg_catalog.to_regprocedure(n.function) present (oid)
                                   WHERE present.oid::pg_catalog.oid = o.oid OR present.oid IS NULL AND n.name = o.proname)))
      FROM @extschema@.bookmeatoz_functions() f (oid)
      JOIN pg_catalog.pg_proc p ON p.oid = f.oid
     CROSS JOIN pg_catalog.aclexplode(p.proacl) acl
     WHERE p.proname = 'bookmeatoz_install_schema'
       AND acl.is_grantable AND acl.grantor = p.proowner AND acl.grantee <> p.proowner)",
                                  {JSONBOID});

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(bookmeatoz_put_back_rights, takes({JSONBOID}).strict().returns(VOIDOID)) {
    // It acts as those who granted, and the owner of the data may call what has its name.
    if (!creating_extension || CurrentExtensionObject != get_extension_oid("bookmeatoz", true))
        throw SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       "bookmeatoz_put_back_rights() is for the scripts that update the extension");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const Installing installing;
    for (const SpiRow row : rights_query.run_latest(schema, {PG_GETARG_DATUM(0)})) {
        const AsOwner as_grantor(DatumGetObjectId(row.get(1, OIDOID)));
        const char* const statement = row.string(3);
        pg_call([&] { execute(statement); });
    }
    owners_query.run_latest(schema, {PG_GETARG_DATUM(0)});
    return Datum(0);
}
