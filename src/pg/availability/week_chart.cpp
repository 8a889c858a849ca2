// week_chart(): a week of a business as lines of text, a character for each quarter of an hour.
#include "core/day_chart.hpp"
#include "pg/availability/slot_call.hpp"
#include "pg/calendar/status.hpp"
#include "pg/calendar/time_zone.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/uuid.hpp"

#include <algorithm>
#include <string>
#include <vector>

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr int days_of_a_week = 7;
constexpr int widest_name = 24;

constinit SavedQuery employees_query(R"(
    SELECT e.id, e.employment_status, u.profile ->> 'name', u.email, e.user_id
      FROM @extschema@.employees e LEFT JOIN @extschema@.users u ON u.id = e.user_id
     WHERE e.business_id = $1 ORDER BY e.id)",
                                     {UUIDOID});

constinit SavedQuery name_query("SELECT name FROM @extschema@.businesses WHERE id = $1", {UUIDOID});

/// Of each ChartMark, in its order. In an encoding that may lack the blocks they are ASCII.
struct Symbols {
    const char* marks[5];
    const char* legend;
};
constexpr Symbols blocks{{" ", "·", "x", "▒", "█"}, "█ booked   ▒ buffer   · free   x absent"};
constexpr Symbols ascii{{" ", ".", "x", "=", "#"}, "# booked   = buffer   . free   x absent"};

/// A text with the columns that it takes on the screen.
struct Shown {
    std::string text;
    int width = 0;
};

/// A name in one line, not too wide.
Shown shown_name(std::string_view name) {
    const int encoding = GetDatabaseEncoding();
    Shown shown;
    while (!name.empty()) {
        const auto length =
            std::min(static_cast<std::size_t>(pg_encoding_mblen(encoding, name.data())), name.size());
        // Negative for control characters.
        const int width = pg_encoding_dsplen(encoding, name.data());
        if (shown.width + width > widest_name)
            break;
        if (width >= 0) {
            shown.text += name.substr(0, length);
            shown.width += width;
        }
        name.remove_prefix(length);
    }
    return shown;
}

struct ChartRow {
    Shown name;
    std::pmr::vector<DayChart> days;
};

struct Employee {
    Uuid id;
    bool is_active;
    Shown name;
};

/// Ascending by id, with the name in their profile, or else the address, or the beginning of the id.
std::vector<Employee> employees_of(Oid schema, const pg_uuid_t& business_id) {
    const SpiConnection spi;
    const SpiRows rows = employees_query.run(schema, {UUIDPGetDatum(&business_id)});
    std::vector<Employee> employees;
    for (const SpiRow row : rows) {
        const bool is_active = row.label(2) == enum_value(rows.column_type(2), "active");
        row.id(5); // an error where it is NULL: that is not one that the caller does not see
        Shown name;
        for (const int column : {3, 4}) {
            if (name.text.empty() && !row.is_null(column))
                name = shown_name(row.string(column));
        }
        if (name.text.empty())
            name = shown_name(uuid_text(row.id(1)).substr(0, 8));
        employees.push_back({to_uuid(row.id(1)), is_active, std::move(name)});
    }
    return employees;
}

Shown name_of_business(Oid schema, const pg_uuid_t& business_id) {
    const SpiConnection spi;
    const SpiRows rows = name_query.run(schema, {UUIDPGetDatum(&business_id)});
    return rows.empty() ? Shown{} : shown_name(rows.front().string(1));
}

/// Such as Mon 02 Mar.
std::string date_label(LocalDate date) {
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::year_month_day day(date);
    const std::string number = std::to_string(static_cast<unsigned>(day.day()));
    return std::string(days[std::chrono::weekday(date).c_encoding()]) + ' ' + (number.size() < 2 ? "0" : "") +
           number + ' ' + months[static_cast<unsigned>(day.month()) - 1];
}

bool is_blank(const DayChart& day) {
    return std::ranges::all_of(day, [](ChartMark mark) { return mark == ChartMark::off; });
}

class WeekChart {
public:
    WeekChart(const std::vector<ChartRow>& rows, LocalDate first, ResultRows& lines)
        : rows_(rows), first_(first), lines_(lines),
          symbols_(GetDatabaseEncoding() == PG_UTF8 ? blocks : ascii) {
        for (const ChartRow& row : rows_) {
            if (std::ranges::all_of(row.days, is_blank))
                continue;
            name_width_ = std::max(name_width_, row.name.width);
            for (const DayChart& day : row.days) {
                for (std::size_t step = 0; step < chart_steps; ++step) {
                    if (day[step] != ChartMark::off) {
                        first_hour_ = std::min(first_hour_, step / 4);
                        end_hour_ = std::max(end_hour_, step / 4 + 1);
                    }
                }
            }
        }
    }

    void write() {
        std::string hours;
        for (std::size_t hour = first_hour_; hour < end_hour_; ++hour) {
            const std::string number = std::to_string(hour);
            hours += number + std::string(4 - number.size(), ' ');
        }
        add_line("", {}, hours);
        for (int day = 0; day < days_of_a_week; ++day) {
            std::string label = date_label(first_ + std::chrono::days(day));
            for (const ChartRow& row : rows_) {
                const DayChart& chart = row.days[static_cast<std::size_t>(day)];
                if (is_blank(chart))
                    continue;
                std::string bar;
                for (std::size_t step = 4 * first_hour_; step < 4 * end_hour_; ++step)
                    bar += symbols_.marks[static_cast<std::size_t>(chart[step])];
                add_line(label, row.name, bar);
                label.clear();
            }
            if (!label.empty())
                add_line(label, {}, "");
        }
        add_line("", {}, symbols_.legend);
    }

private:
    void add_line(std::string line, const Shown& name, const std::string& rest) {
        line.resize(label_width, ' ');
        line += "  " + name.text + std::string(static_cast<std::size_t>(name_width_ - name.width) + 2, ' ') +
                rest;
        line.resize(line.find_last_not_of(' ') + 1);
        lines_.add({text_datum(line)});
    }

    static constexpr std::size_t label_width = 10;

    const std::vector<ChartRow>& rows_;
    LocalDate first_;
    ResultRows& lines_;
    const Symbols& symbols_;
    int name_width_ = 0;
    std::size_t first_hour_ = 24;
    std::size_t end_hour_ = 0;
};

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(week_chart, takes({UUIDOID, DATEOID}).returns_set_of(TEXTOID)) {
    SlotCall call(fcinfo);
    const pg_uuid_t business_id = call.id(0, "business_id");
    const LocalDate first = call.date(1, "from_date");
    const Oid schema = extension_schema(fcinfo);
    const std::vector<Employee> employees = employees_of(schema, business_id);
    std::vector<Uuid> ids;
    ids.reserve(employees.size());
    for (const Employee& employee : employees)
        ids.push_back(employee.id);
    // S19: a hold that expired before this transaction began is none.
    LoadedCalendar& loaded =
        call.open(WholeBusiness{business_id, ids, true}, to_instant(GetCurrentTransactionStartTimestamp()));
    loaded.load(
        instants_of(loaded.time_zone(), first, first + std::chrono::days(days_of_a_week - 1), call.memory()));

    const Calendar& calendar = loaded.calendar();
    const auto charts = [&](const Resource& resource, bool working) {
        return day_charts(calendar, resource, working, first, days_of_a_week, poll_interrupts, call.memory());
    };
    std::vector<ChartRow> rows;
    if (loaded.business_is_resource())
        rows.push_back({name_of_business(schema, business_id), charts(calendar.resources.front(), true)});
    for (std::size_t i = 0; i < employees.size(); ++i)
        rows.push_back({employees[i].name, charts(calendar.resources[i], employees[i].is_active)});
    std::ranges::sort(rows, {}, [](const ChartRow& row) -> const std::string& { return row.name.text; });
    rows.push_back({shown_name("unassigned"), charts({{}, {}, {}, calendar.unassigned}, false)});
    ResultRows lines(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    WeekChart(rows, first, lines).write();
    return Datum(0);
}
