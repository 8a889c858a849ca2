// Settings objects (jsonb) of services and businesses, read into the core's table of settings (S17).
// Used by the calendar reader and by the trigger that checks settings when they are written.
#pragma once

#include "pg/server/boundary.hpp"
#include "core/settings.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// Takes over every key of the object that `owner` may set. A value of the wrong type or out of range is an error that
/// names the row, the key and the value (22023).
void read_settings(Settings& settings, SettingsOwner owner, const pg_uuid_t& id, Datum jsonb);

} // namespace bookmeatoz::pg
