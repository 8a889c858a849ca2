// The module: its magic block and its initialisation. Called by the server when the library is loaded.
#include "pg/access/cached_plans.hpp"
#include "pg/server/boundary.hpp"
#include "pg/calendar/scans.hpp"
#include "pg/access/planner_statistics.hpp"
#include "pg/access/profile_notes.hpp"
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

// Settings are defined here and nowhere later, so that values given before the load are checked at once.
extern "C" void _PG_init(void) {
    bookmeatoz::pg::session_context_init();
    bookmeatoz::pg::access_plans_init();
    bookmeatoz::pg::calendar_scans_init();
    bookmeatoz::pg::schema_installer_init();
    bookmeatoz::pg::planner_statistics_init();
    bookmeatoz::pg::temporary_objects_init();
    bookmeatoz::pg::profile_notes_init();
    // A misspelt bookmeatoz.* setting is refused from now on. The prefix app belongs to other programs too.
    MarkGUCPrefixReserved("bookmeatoz");
}
