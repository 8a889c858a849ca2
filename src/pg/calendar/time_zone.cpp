// Time zones: see calendar/time_zone.hpp. Also the trigger that keeps unknown ones out of the tables.
#include "pg/calendar/time_zone.hpp"
#include "pg/server/row_trigger.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

extern "C" {
#include "utils/builtins.h"
}

namespace bookmeatoz::pg {
namespace {

/// PostgreSQL reads "Europe/Berlin2" as a POSIX rule (a zone called EUROPE/BERLIN, two hours west of UTC). Such a rule
/// is known by its canonical name, which has no lower-case letter; every area/city has some.
bool is_misspelt_city(pg_tz* zone) {
    const std::string_view name(pg_get_timezone_name(zone));
    return name.find('/') != std::string_view::npos &&
           std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

} // namespace

pg_tz* find_time_zone(const char* name) {
    if (name[0] == '\0')
        return nullptr;
    pg_tz* const zone = pg_call([&] { return pg_tzset(name); });
    // Zones with leap seconds do not fit the server's timestamps.
    return zone == nullptr || !pg_tz_acceptable(zone) || is_misspelt_city(zone) ? nullptr : zone;
}

pg_tz* known_time_zone(const char* name) {
    pg_tz* const zone = find_time_zone(name);
    if (zone == nullptr)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "time zone \"" + std::string(name) + "\" of the business is not known to this server",
                       {}, "Correct businesses.timezone; pg_timezone_names lists the zones of this server.");
    return zone;
}

std::pmr::vector<ZonePeriod> zone_periods(pg_tz* zone, Interval range, std::pmr::memory_resource* memory) {
    using std::chrono::seconds;
    std::pmr::vector<ZonePeriod> periods(memory);
    pg_time_t time = std::chrono::floor<seconds>(range.begin).time_since_epoch().count();
    for (;;) {
        long offset = 0;
        long next_offset = 0;
        int is_dst = 0;
        int next_is_dst = 0;
        pg_time_t boundary = 0;
        const int found =
            pg_next_dst_boundary(&time, &offset, &is_dst, &boundary, &next_offset, &next_is_dst, zone);
        if (periods.empty())
            periods.push_back({range.begin, seconds(offset)});
        const Instant change{seconds(boundary)};
        if (found != 1 || change >= range.end)
            return periods;
        // A change of the abbreviation or of the flag alone leaves the clock as it is.
        if (seconds(next_offset) != periods.back().offset)
            periods.push_back({change, seconds(next_offset)});
        time = boundary;
    }
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// BEFORE INSERT OR UPDATE row trigger on businesses; the argument names the column that must hold a known time zone, which is
/// stored in its canonical spelling: timezone.
BOOKMEATOZ_FUNCTION(trigger_check_time_zone, takes({}).returns(TRIGGEROID)) {
    RowTrigger trigger(fcinfo, "trigger_check_time_zone", 1);
    static constexpr const char* columns[] = {"timezone"};
    trigger.require("businesses", columns);
    const int column = trigger.column(trigger.argument(0));
    if (trigger.is_null(column))
        return trigger.result();
    const char* const name = trigger.string(column);
    pg_tz* const zone = find_time_zone(name);
    if (zone == nullptr) {
        throw SqlError(
            ERRCODE_INVALID_PARAMETER_VALUE, "time zone \"" + std::string(name) + "\" is not known",
            "The column is \"" + std::string(trigger.argument(0)) + "\" of table \"" + trigger.table() +
                "\".",
            "Use a name such as Europe/Berlin or America/New_York; pg_timezone_names lists those of "
            "this server.");
    }
    const char* const canonical = pg_get_timezone_name(zone);
    if (std::string_view(canonical) != name)
        trigger.set_text(column, canonical);
    return trigger.result();
}
