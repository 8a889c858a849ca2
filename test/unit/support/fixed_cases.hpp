// The fixed cases of the contract, test/differential/availability-cases.json, as businesses with their expected slots.
#pragma once

#include "unit/support/json.hpp"
#include "unit/support/zone_periods.hpp"

#include <fstream>
#include <sstream>

namespace bookmeatoz::test {

struct FixedCase {
    std::string name;
    Business business;
    std::vector<FoundSlot> expected;
};

inline BookingStatus status_of(const std::string& name) {
    static const std::map<std::string, BookingStatus> statuses = {
        {"pending", BookingStatus::pending},     {"confirmed", BookingStatus::confirmed},
        {"cancelled", BookingStatus::cancelled}, {"completed", BookingStatus::completed},
        {"rejected", BookingStatus::rejected},   {"no_show", BookingStatus::no_show}};
    return statuses.at(name);
}

inline std::vector<WeeklyShift> weekly_rows(const Json& rows) {
    std::vector<WeeklyShift> shifts;
    for (const Json& row : rows.items) {
        shifts.push_back(shift(std::chrono::weekday(static_cast<unsigned>(row.at("dow").number())),
                               row.at("start").text, row.at("end").text));
    }
    return shifts;
}

inline Person read_person(const Json& value, const Service& service, int number) {
    Person person{uuid(100 + number), {}, {}, {}};
    if (value.has("hours"))
        person.hours = weekly_rows(value.at("hours"));
    for (const bool is_unavailable : {false, true}) {
        const char* const key = is_unavailable ? "unavailable" : "available";
        if (!value.has(key))
            continue;
        for (const Json& row : value.at(key).items)
            person.overrides.push_back(
                {{utc(row.items.at(0).text), utc(row.items.at(1).text)}, is_unavailable});
    }
    if (value.has("bookings")) {
        for (const Json& row : value.at("bookings").items) {
            person.bookings.push_back(
                {service.id,
                 {utc(row.at("start").text), utc(row.at("end").text)},
                 minutes(row.number_or("before", 0)),
                 minutes(row.number_or("after", 0)),
                 row.has("status") ? status_of(row.at("status").text) : BookingStatus::confirmed,
                 std::nullopt});
        }
    }
    return person;
}

inline FixedCase read_case(const Json& value) {
    FixedCase result;
    result.name = value.at("id").text;
    Business& business = result.business;
    business.zone = zone_periods(value.at("tz").text);
    business.window = {utc(value.at("from").text), utc(value.at("to").text)};
    const Json& service = value.at("service");
    business.service.duration = minutes(service.at("duration").number());
    business.service.buffer_before = minutes(service.number_or("before", 0));
    business.service.buffer_after = minutes(service.number_or("after", 0));
    business.settings.slot_interval = minutes(value.number_or("step", 15));
    business.settings.min_notice = minutes(value.number_or("min_notice", 0));
    if (value.has("now"))
        business.as_of = utc(value.at("now").text);
    if (value.has("business_hours"))
        business.default_hours = weekly_rows(value.at("business_hours"));

    std::map<std::string, std::uint32_t> index;
    for (const auto& [name, person] : value.at("employees").members) {
        index[name] = static_cast<std::uint32_t>(business.people.size());
        business.people.push_back(read_person(person, business.service, static_cast<int>(index[name])));
    }
    for (const Json& row : value.at("expect").items) {
        FoundSlot slot{utc(row.items.at(0).text), {}, 0};
        if (row.items.size() > 2) {
            for (const Json& name : row.items[2].items)
                slot.people.push_back(index.at(name.text));
        } else {
            for (const auto& [name, number] : index)
                slot.people.push_back(number);
        }
        slot.remaining_capacity = static_cast<int>(slot.people.size());
        result.expected.push_back(slot);
    }
    return result;
}

/// Tests run in the top folder of the sources.
inline std::vector<FixedCase> fixed_cases() {
    std::ifstream file("test/differential/availability-cases.json");
    std::ostringstream text;
    text << file.rdbuf();
    std::vector<FixedCase> cases;
    const Json all = JsonReader(text.str()).read_all();
    for (const Json& value : all.at("cases").items)
        cases.push_back(read_case(value));
    return cases;
}

} // namespace bookmeatoz::test
