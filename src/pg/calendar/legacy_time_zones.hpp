// Names of time zones that a server may no longer know. Debian has them, from version 13 on, in a package of their own.
#pragma once

namespace bookmeatoz::pg {

/// The name that replaces a legacy one, such as America/New_York for US/Eastern; nullptr for any other name. Names are read without
/// regard to case.
const char* replacement_of_time_zone(const char* name);

} // namespace bookmeatoz::pg
