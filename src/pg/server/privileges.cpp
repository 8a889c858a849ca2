// Privileges: see server/privileges.hpp.
#include "pg/server/privileges.hpp"
#include "pg/server/compat.hpp"

namespace bookmeatoz::pg {

bool may_execute(Oid function, Oid role) {
    return check_function_acl(function, role, ACL_EXECUTE) == ACLCHECK_OK;
}

bool may_select(Oid table, Oid role) {
    return pg_class_aclcheck(table, role, ACL_SELECT) == ACLCHECK_OK;
}

bool may_select_some(Oid table, Oid role) {
    return may_select(table, role) ||
           pg_attribute_aclcheck_all(table, role, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
}

bool may_use_schema(Oid schema, Oid role) {
    return check_schema_acl(schema, role, ACL_USAGE) == ACLCHECK_OK;
}

bool may_set(const char* parameter, Oid role) {
    return pg_parameter_aclcheck(parameter, role, ACL_SET) == ACLCHECK_OK;
}

bool owns_table(Oid table, Oid role) {
    return owns_relation(table, role);
}

} // namespace bookmeatoz::pg
