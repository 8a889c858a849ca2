// Time zones: see calendar/time_zone.hpp. Also the trigger that keeps unknown ones out of the tables.
#include "pg/calendar/time_zone.hpp"
#include "pg/calendar/legacy_time_zones.hpp"
#include "pg/server/row_trigger.hpp"
#include "core/calendar.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
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

/// Whether the server's data has a zone of this name, spelt as it is there: one of pg_timezone_names. Reads all of them.
bool is_listed(const char* canonical) {
    return pg_call([&] {
        pg_tzenum* const zones = pg_tzenumerate_start();
        bool found = false;
        while (!found) {
            CHECK_FOR_INTERRUPTS();
            pg_tz* const zone = pg_tzenumerate_next(zones);
            if (zone == nullptr)
                break;
            found = std::strcmp(pg_get_timezone_name(zone), canonical) == 0;
        }
        pg_tzenumerate_end(zones);
        return found;
    });
}

/// Whether a zone is a place, or one that needs none, and not a rule of POSIX, whose sign is the other way round than people mean
/// ("+05:30", "UTC+3"), nor one that depends on the server. A rule's canonical name has no lower-case letter; those of few
/// places have none either.
bool is_named(pg_tz* zone) {
    const std::string_view name(pg_get_timezone_name(zone));
    if (name == "localtime" || name == "posixrules")
        return false;
    const bool has_lower_case =
        std::ranges::any_of(name, [](unsigned char c) { return std::islower(c) != 0; });
    return has_lower_case || name == "UTC" || name == "GMT" || is_listed(name.data());
}

/// The beginning of a hint; empty where the name is no legacy one.
std::string replacement_hint(const char* name) {
    const char* const replacement = replacement_of_time_zone(name);
    return replacement == nullptr ? "" : "It is a legacy name of \"" + std::string(replacement) + "\". ";
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
                       {},
                       replacement_hint(name) +
                           "Correct businesses.timezone; pg_timezone_names lists the zones of this server.");
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

Interval instants_of(pg_tz* zone, LocalDate first, LocalDate last, std::pmr::memory_resource* memory) {
    const Instant begin(first.time_since_epoch());
    const Instant end((last + std::chrono::days(1)).time_since_epoch());
    // The dates as if in UTC, and as far around them as a zone can shift a date.
    const auto periods = zone_periods(zone, {begin - date_reach, end + date_reach}, memory);
    return Zone(periods).dates(first, last);
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
    if (zone == nullptr || !is_named(zone)) {
        throw SqlError(
            ERRCODE_INVALID_PARAMETER_VALUE, "time zone \"" + std::string(name) + "\" is not known",
            "The column is \"" + std::string(trigger.argument(0)) + "\" of table \"" + trigger.table() +
                "\".",
            replacement_hint(name) +
                "Use Area/City, such as Europe/Berlin or America/New_York: pg_timezone_names lists the names "
                "of "
                "this server. An offset such as +05:30 is no place: its clock never changes, and readers "
                "disagree "
                "about its sign.");
    }
    const char* const canonical = pg_get_timezone_name(zone);
    if (std::string_view(canonical) != name)
        trigger.set_text(column, canonical);
    return trigger.result();
}
