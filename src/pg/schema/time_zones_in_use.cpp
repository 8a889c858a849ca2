// bookmeatoz_time_zones(): the time zones of all businesses, for bookmeatoz_verify(). A superuser may call that function. The
// owner of the table may have put a view in its place, or an expression into an index, and a query or its planner would run that
// with the caller's rights. So the rows are read from the table's own storage.
#include "pg/server/compat.hpp"
#include "pg/server/privileges.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/memory.hpp"
#include "pg/server/result_rows.hpp"

#include <memory_resource>
#include <set>
#include <string>

extern "C" {
#include "access/htup_details.h"
#include "access/genam.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {
namespace {

/// An open relation. The end of the scope closes it, or after an error the abort of the transaction.
class OpenRelation {
public:
    explicit OpenRelation(Oid id)
        : relation_(pg_call([&] { return try_relation_open(id, AccessShareLock); })) {}
    ~OpenRelation() {
        if (relation_ != nullptr)
            relation_close(relation_, NoLock);
    }
    OpenRelation(const OpenRelation&) = delete;
    OpenRelation& operator=(const OpenRelation&) = delete;

    Relation get() const { return relation_; }

private:
    Relation relation_;
};

/// Whether the caller may read every row of the table, and the table has the server's own storage. May raise a server error.
bool is_readable(Relation table) {
    const Oid id = RelationGetRelid(table);
    return table->rd_rel->relkind == RELKIND_RELATION && table->rd_rel->relam == HEAP_TABLE_AM_OID &&
           may_select(id) && check_enable_rls(id, InvalidOid, true) != RLS_ENABLED;
}

/// The number of the column timezone; 0 where there is none that stores text.
int zone_column(Relation table) {
    const TupleDesc columns = RelationGetDescr(table);
    for (int number = 1; number <= columns->natts; ++number) {
        const FormData_pg_attribute* const column = TupleDescAttr(columns, number - 1);
        if (!column->attisdropped && std::string_view(NameStr(column->attname)) == "timezone" &&
            (column->atttypid == VARCHAROID || column->atttypid == TEXTOID) &&
            (column->attgenerated == '\0' || column->attgenerated == 's'))
            return number;
    }
    return 0;
}

using Names = std::pmr::set<std::pmr::string, std::less<>>;

/// Scans the whole table, and calls `use` with each value of the column that is not NULL.
template <class Use>
void for_each_text(Relation table, int column, Use&& use) {
    const SysScanDesc scan = pg_call(
        [&] { return systable_beginscan(table, InvalidOid, false, GetActiveSnapshot(), 0, nullptr); });
    while (const HeapTuple row = pg_call([&] {
               CHECK_FOR_INTERRUPTS();
               return systable_getnext(scan);
           })) {
        bool is_null = false;
        const Datum value =
            pg_call([&] { return heap_getattr(row, column, RelationGetDescr(table), &is_null); });
        if (is_null)
            continue;
        const text* const plain = pg_call([&] { return DatumGetTextPP(value); });
        use(std::string_view(VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain)));
        if (PointerGetDatum(plain) != value)
            pfree(const_cast<text*>(plain));
    }
    pg_call([&] { systable_endscan(scan); });
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// Returns each zone once; none where the caller may not read all businesses.
BOOKMEATOZ_FUNCTION(bookmeatoz_time_zones, takes({}).returns_set_of(TEXTOID)) {
    ResultRows rows(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const Oid schema = extension_schema(fcinfo);
    const Oid id = pg_call([&] { return get_relname_relid("businesses", schema); });
    const OpenRelation table(id);
    if (table.get() == nullptr || !pg_call([&] { return is_readable(table.get()); }))
        return Datum(0);
    const int column = zone_column(table.get());
    if (column == 0)
        return Datum(0);
    ContextMemory memory(CurrentMemoryContext);
    Names seen(&memory);
    for_each_text(table.get(), column, [&](std::string_view name) {
        if (seen.find(name) == seen.end()) {
            seen.emplace(name);
            rows.add({text_datum(name)});
        }
    });
    return Datum(0);
}
