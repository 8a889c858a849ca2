// Legacy names of time zones: see calendar/legacy_time_zones.hpp. The server's data cannot say them: pg_timezone_names does not tell a
// name from a link to it, and where a name is gone its link is gone too. The lines are what Debian 13 has no file of, unless
// tzdata-legacy is installed, as tzdata 2026f links them. They are made there by:
//   cd /usr/share/zoneinfo && awk '/^L/ {print $3, $2}' tzdata.zi | LC_ALL=C sort | while read -r old new; do
//     [ -e "$old" ] || printf '    {"%s", "%s"},\n' "$old" "$new"; done
#include "pg/server/compat.hpp"
#include "pg/calendar/legacy_time_zones.hpp"
#include "pg/server/boundary.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace bookmeatoz::pg {
namespace {

struct Legacy {
    const char* name;
    const char* replacement;
};

// clang-format off
constexpr Legacy legacy_zones[] = {
    {"Africa/Asmera", "Africa/Asmara"},
    {"America/Argentina/ComodRivadavia", "America/Argentina/Catamarca"},
    {"America/Buenos_Aires", "America/Argentina/Buenos_Aires"},
    {"America/Catamarca", "America/Argentina/Catamarca"},
    {"America/Cordoba", "America/Argentina/Cordoba"},
    {"America/Fort_Wayne", "America/Indiana/Indianapolis"},
    {"America/Godthab", "America/Nuuk"},
    {"America/Indianapolis", "America/Indiana/Indianapolis"},
    {"America/Jujuy", "America/Argentina/Jujuy"},
    {"America/Knox_IN", "America/Indiana/Knox"},
    {"America/Louisville", "America/Kentucky/Louisville"},
    {"America/Mendoza", "America/Argentina/Mendoza"},
    {"America/Rosario", "America/Argentina/Cordoba"},
    {"Antarctica/South_Pole", "Antarctica/McMurdo"},
    {"Asia/Ashkhabad", "Asia/Ashgabat"},
    {"Asia/Calcutta", "Asia/Kolkata"},
    {"Asia/Choibalsan", "Asia/Ulaanbaatar"},
    {"Asia/Chungking", "Asia/Shanghai"},
    {"Asia/Dacca", "Asia/Dhaka"},
    {"Asia/Katmandu", "Asia/Kathmandu"},
    {"Asia/Macao", "Asia/Macau"},
    {"Asia/Rangoon", "Asia/Yangon"},
    {"Asia/Saigon", "Asia/Ho_Chi_Minh"},
    {"Asia/Thimbu", "Asia/Thimphu"},
    {"Asia/Ujung_Pandang", "Asia/Makassar"},
    {"Asia/Ulan_Bator", "Asia/Ulaanbaatar"},
    {"Atlantic/Faeroe", "Atlantic/Faroe"},
    {"Australia/ACT", "Australia/Sydney"},
    {"Australia/LHI", "Australia/Lord_Howe"},
    {"Australia/NSW", "Australia/Sydney"},
    {"Australia/North", "Australia/Darwin"},
    {"Australia/Queensland", "Australia/Brisbane"},
    {"Australia/South", "Australia/Adelaide"},
    {"Australia/Tasmania", "Australia/Hobart"},
    {"Australia/Victoria", "Australia/Melbourne"},
    {"Australia/West", "Australia/Perth"},
    {"Brazil/Acre", "America/Rio_Branco"},
    {"Brazil/DeNoronha", "America/Noronha"},
    {"Brazil/East", "America/Sao_Paulo"},
    {"Brazil/West", "America/Manaus"},
    {"CET", "Europe/Brussels"},
    {"CST6CDT", "America/Chicago"},
    {"Canada/Atlantic", "America/Halifax"},
    {"Canada/Central", "America/Winnipeg"},
    {"Canada/Eastern", "America/Toronto"},
    {"Canada/Mountain", "America/Edmonton"},
    {"Canada/Newfoundland", "America/St_Johns"},
    {"Canada/Pacific", "America/Vancouver"},
    {"Canada/Saskatchewan", "America/Regina"},
    {"Canada/Yukon", "America/Whitehorse"},
    {"Chile/Continental", "America/Santiago"},
    {"Chile/EasterIsland", "Pacific/Easter"},
    {"Cuba", "America/Havana"},
    {"EET", "Europe/Athens"},
    {"EST", "America/Panama"},
    {"EST5EDT", "America/New_York"},
    {"Egypt", "Africa/Cairo"},
    {"Eire", "Europe/Dublin"},
    {"Europe/Kiev", "Europe/Kyiv"},
    {"Europe/Uzhgorod", "Europe/Kyiv"},
    {"Europe/Zaporozhye", "Europe/Kyiv"},
    {"GB", "Europe/London"},
    {"GB-Eire", "Europe/London"},
    {"GMT+0", "Etc/GMT"},
    {"GMT-0", "Etc/GMT"},
    {"GMT0", "Etc/GMT"},
    {"Greenwich", "Etc/GMT"},
    {"HST", "Pacific/Honolulu"},
    {"Hongkong", "Asia/Hong_Kong"},
    {"Iceland", "Atlantic/Reykjavik"},
    {"Iran", "Asia/Tehran"},
    {"Israel", "Asia/Jerusalem"},
    {"Jamaica", "America/Jamaica"},
    {"Japan", "Asia/Tokyo"},
    {"Kwajalein", "Pacific/Kwajalein"},
    {"Libya", "Africa/Tripoli"},
    {"MET", "Europe/Brussels"},
    {"MST", "America/Phoenix"},
    {"MST7MDT", "America/Denver"},
    {"Mexico/BajaNorte", "America/Tijuana"},
    {"Mexico/BajaSur", "America/Mazatlan"},
    {"Mexico/General", "America/Mexico_City"},
    {"NZ", "Pacific/Auckland"},
    {"NZ-CHAT", "Pacific/Chatham"},
    {"Navajo", "America/Denver"},
    {"PRC", "Asia/Shanghai"},
    {"PST8PDT", "America/Los_Angeles"},
    {"Pacific/Enderbury", "Pacific/Kanton"},
    {"Pacific/Ponape", "Pacific/Pohnpei"},
    {"Pacific/Truk", "Pacific/Chuuk"},
    {"Poland", "Europe/Warsaw"},
    {"Portugal", "Europe/Lisbon"},
    {"ROC", "Asia/Taipei"},
    {"ROK", "Asia/Seoul"},
    {"Singapore", "Asia/Singapore"},
    {"Turkey", "Europe/Istanbul"},
    {"UCT", "Etc/UTC"},
    {"US/Alaska", "America/Anchorage"},
    {"US/Aleutian", "America/Adak"},
    {"US/Arizona", "America/Phoenix"},
    {"US/Central", "America/Chicago"},
    {"US/East-Indiana", "America/Indiana/Indianapolis"},
    {"US/Eastern", "America/New_York"},
    {"US/Hawaii", "Pacific/Honolulu"},
    {"US/Indiana-Starke", "America/Indiana/Knox"},
    {"US/Michigan", "America/Detroit"},
    {"US/Mountain", "America/Denver"},
    {"US/Pacific", "America/Los_Angeles"},
    {"US/Samoa", "Pacific/Pago_Pago"},
    {"Universal", "Etc/UTC"},
    {"W-SU", "Europe/Moscow"},
    {"WET", "Europe/Lisbon"},
    {"Zulu", "Etc/UTC"},
};
// clang-format on

} // namespace

const char* replacement_of_time_zone(const char* name) {
    for (const Legacy& zone : legacy_zones) {
        if (pg_strcasecmp(zone.name, name) == 0)
            return zone.replacement;
    }
    return nullptr;
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(time_zone_replacement, takes({TEXTOID}).strict().returns(TEXTOID)) {
    const char* const name = pg_call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    const char* const replacement = replacement_of_time_zone(name);
    if (replacement == nullptr)
        PG_RETURN_NULL();
    return pg_call([&] { return CStringGetTextDatum(replacement); });
}
