// The module: its magic block, and _PG_init, which the server calls when it loads the library. _PG_init has no boundary: it only
// registers settings and hooks, throws nothing, and holds no C++ object that an error of the server could skip.
#include "pg/access/cached_plans.hpp"
#include "pg/server/boundary.hpp"
#include "pg/calendar/scans.hpp"
#include "pg/access/no_context.hpp"
#include "pg/access/planner_statistics.hpp"
#include "pg/access/profile_notes.hpp"
#include "pg/history/retention.hpp"
#include "pg/schema/installer.hpp"
#include "pg/context/session.hpp"
#include "pg/access/temporary_objects.hpp"

extern "C" {
#include "utils/guc.h"
}

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
void _PG_init(void);
}
#pragma GCC visibility pop

// All settings are defined here: values that were set before the load are then checked at once.
extern "C" void _PG_init(void) {
    bookmeatoz::pg::session_context_init();
    bookmeatoz::pg::access_plans_init();
    bookmeatoz::pg::calendar_scans_init();
    bookmeatoz::pg::schema_installer_init();
    bookmeatoz::pg::planner_statistics_init();
    bookmeatoz::pg::temporary_objects_init();
    bookmeatoz::pg::profile_notes_init();
    bookmeatoz::pg::no_context_init();
    bookmeatoz::pg::retention_init();
    // From now on a misspelt bookmeatoz.* setting is refused. The prefix app is not reserved: other programs use it too.
    MarkGUCPrefixReserved("bookmeatoz");
}
