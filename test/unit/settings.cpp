// Unit tests of src/core/settings: the table of keys, types, ranges and precedence (S17).
#include "core/settings.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using std::chrono::minutes;
using Kind = SettingValue::Kind;

namespace {

constexpr SettingsOwner service = SettingsOwner::service;
constexpr SettingsOwner business = SettingsOwner::business;
using Answer = std::optional<std::string>;
const Answer taken = std::nullopt;

Answer number(Settings& settings, SettingsOwner owner, std::string_view key, std::string_view text) {
    return apply_setting(settings, owner, key, {Kind::number, text});
}
Answer string(Settings& settings, SettingsOwner owner, std::string_view key, std::string_view text) {
    return apply_setting(settings, owner, key, {Kind::string, text});
}

TEST(S17Settings, Defaults) {
    const Settings settings;
    EXPECT_EQ(settings.slot_interval, minutes(15));
    EXPECT_EQ(settings.slot_alignment, SlotAlignment::shift);
    EXPECT_EQ(settings.slot_offset, minutes(0));
    EXPECT_EQ(settings.min_notice, minutes(0));
    EXPECT_EQ(settings.max_advance_days, std::nullopt);
    EXPECT_FALSE(settings.buffers_within_hours);
    EXPECT_EQ(settings.capacity, 1);
    EXPECT_EQ(settings.max_bookings_per_day_of_service, std::nullopt);
    EXPECT_EQ(settings.max_bookings_per_day_of_business, std::nullopt);
    EXPECT_EQ(settings.hold, minutes(5));
    EXPECT_EQ(settings.assignment, Assignment::least_busy);
    EXPECT_EQ(settings.cancel_notice, minutes(0));
    EXPECT_EQ(settings.reschedule_notice, minutes(0));
    EXPECT_EQ(settings.max_active_bookings_per_customer_of_service, std::nullopt);
    EXPECT_EQ(settings.max_active_bookings_per_customer_of_business, std::nullopt);
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::allow);
    EXPECT_EQ(settings.working_hours_inheritance, HoursInheritance::schedule);
    EXPECT_EQ(settings.availability_override_mode, OverrideMode::add);
}

struct IntegerKey {
    const char* name;
    bool of_business;
    int least;
    int most;
    int (*read)(const Settings&);
};
const IntegerKey integer_keys[] = {
    {"slot_interval_minutes", true, 1, 1440, [](const Settings& s) { return int(s.slot_interval.count()); }},
    {"slot_offset_minutes", true, 0, 1439, [](const Settings& s) { return int(s.slot_offset.count()); }},
    {"min_notice_minutes", true, 0, 525600, [](const Settings& s) { return int(s.min_notice.count()); }},
    {"max_advance_days", true, 0, 3660, [](const Settings& s) { return s.max_advance_days.value_or(-1); }},
    {"capacity", false, 1, 10000, [](const Settings& s) { return s.capacity; }},
    {"hold_minutes", true, 1, 1440, [](const Settings& s) { return int(s.hold.count()); }},
    {"max_bookings_per_day", true, 1, 10000,
     [](const Settings& s) {
         return std::max(s.max_bookings_per_day_of_service.value_or(-1),
                         s.max_bookings_per_day_of_business.value_or(-1));
     }},
    {"cancel_notice_minutes", true, 0, 525600,
     [](const Settings& s) { return int(s.cancel_notice.count()); }},
    {"reschedule_notice_minutes", true, 0, 525600,
     [](const Settings& s) { return int(s.reschedule_notice.count()); }},
    {"max_active_bookings_per_customer", true, 1, 10000,
     [](const Settings& s) {
         return std::max(s.max_active_bookings_per_customer_of_service.value_or(-1),
                         s.max_active_bookings_per_customer_of_business.value_or(-1));
     }},
};

TEST(S17Settings, IntegersWithinTheirRange) {
    for (const IntegerKey& key : integer_keys) {
        for (const SettingsOwner owner : {service, business}) {
            if (owner == business && !key.of_business)
                continue;
            for (const int value : {key.least, key.least + 7, key.most}) {
                Settings settings;
                EXPECT_EQ(number(settings, owner, key.name, std::to_string(value)), taken) << key.name;
                EXPECT_EQ(key.read(settings), value) << key.name;
            }
            for (const std::string& value : {std::to_string(key.least - 1), std::to_string(key.most + 1),
                                             std::string("99999999999999999999"), std::string(".0")}) {
                Settings settings;
                EXPECT_EQ(number(settings, owner, key.name, value),
                          "an integer from " + std::to_string(key.least) + " to " + std::to_string(key.most));
                EXPECT_EQ(key.read(settings), key.read(Settings{})) << key.name;
            }
        }
    }
}

TEST(S17Settings, WhatIsNoInteger) {
    const char* const wanted = "an integer from 1 to 1440";
    Settings settings;
    for (const char* text :
         {"15.5", "15.05", "1e1", "99999999999999999999", "-99999999999999999999", "", "abc", "-5", "15x"})
        EXPECT_EQ(number(settings, service, "slot_interval_minutes", text), wanted) << text;
    EXPECT_EQ(string(settings, service, "slot_interval_minutes", "20"), wanted);
    EXPECT_EQ(apply_setting(settings, service, "slot_interval_minutes", {Kind::boolean, "true"}), wanted);
    EXPECT_EQ(apply_setting(settings, service, "slot_interval_minutes", {Kind::other, "[20]"}), wanted);
    EXPECT_EQ(settings.slot_interval, minutes(15));
}

TEST(S17Settings, IntegersAreNumbersAndNullIsUnset) {
    for (const IntegerKey& key : integer_keys) {
        const std::string wanted =
            "an integer from " + std::to_string(key.least) + " to " + std::to_string(key.most);
        const std::string value = std::to_string(key.least + 7);
        Settings settings;
        EXPECT_EQ(string(settings, service, key.name, value), wanted) << key.name;
        EXPECT_EQ(number(settings, service, key.name, value + ".5"), wanted) << key.name;
        EXPECT_EQ(apply_setting(settings, service, key.name, {Kind::boolean, "true"}), wanted) << key.name;
        EXPECT_EQ(apply_setting(settings, service, key.name, {Kind::other, "[" + value + "]"}), wanted)
            << key.name;
        EXPECT_EQ(key.read(settings), key.read(Settings{})) << key.name;
        EXPECT_EQ(number(settings, service, key.name, value), taken) << key.name;
        EXPECT_EQ(apply_setting(settings, service, key.name, {Kind::null, ""}), taken) << key.name;
        EXPECT_EQ(key.read(settings), key.least + 7) << key.name;
    }
}

TEST(S17Settings, AWholeNumberMayHaveZeroDecimals) {
    Settings settings;
    EXPECT_EQ(number(settings, service, "slot_interval_minutes", "20.0"), taken);
    EXPECT_EQ(settings.slot_interval, minutes(20));
    EXPECT_EQ(number(settings, service, "slot_interval_minutes", "25.000"), taken);
    EXPECT_EQ(settings.slot_interval, minutes(25));
}

TEST(S17Settings, NamesOfChoices) {
    Settings settings;
    for (const SettingsOwner owner : {service, business}) {
        EXPECT_EQ(string(settings, owner, "slot_alignment", "clock"), taken);
        EXPECT_EQ(settings.slot_alignment, SlotAlignment::clock);
        EXPECT_EQ(string(settings, owner, "slot_alignment", "optimized"), taken);
        EXPECT_EQ(settings.slot_alignment, SlotAlignment::optimized);
        EXPECT_EQ(string(settings, owner, "slot_alignment", "shift"), taken);
        EXPECT_EQ(settings.slot_alignment, SlotAlignment::shift);
        EXPECT_EQ(string(settings, owner, "assignment", "first"), taken);
        EXPECT_EQ(settings.assignment, Assignment::first);
        EXPECT_EQ(string(settings, owner, "assignment", "least_busy"), taken);
        EXPECT_EQ(settings.assignment, Assignment::least_busy);
    }
    EXPECT_EQ(string(settings, business, "working_hours_inheritance", "day"), taken);
    EXPECT_EQ(settings.working_hours_inheritance, HoursInheritance::day);
    EXPECT_EQ(string(settings, business, "working_hours_inheritance", "schedule"), taken);
    EXPECT_EQ(settings.working_hours_inheritance, HoursInheritance::schedule);
    EXPECT_EQ(string(settings, business, "customer_overlap", "refuse"), taken);
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::refuse);
    EXPECT_EQ(apply_setting(settings, business, "customer_overlap", {Kind::null, ""}), taken);
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::refuse);
    EXPECT_EQ(string(settings, business, "customer_overlap", "allow"), taken);
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::allow);
    EXPECT_EQ(string(settings, business, "availability_override_mode", "replace"), taken);
    EXPECT_EQ(settings.availability_override_mode, OverrideMode::replace);
    EXPECT_EQ(string(settings, business, "availability_override_mode", "add"), taken);
    EXPECT_EQ(settings.availability_override_mode, OverrideMode::add);
}

TEST(S17Settings, WhatIsNoChoice) {
    Settings settings;
    EXPECT_EQ(string(settings, service, "slot_alignment", "Clock"),
              "one of \"shift\", \"clock\", \"optimized\"");
    EXPECT_EQ(string(settings, service, "slot_alignment", ""), "one of \"shift\", \"clock\", \"optimized\"");
    EXPECT_EQ(number(settings, service, "slot_alignment", "clock"),
              "one of \"shift\", \"clock\", \"optimized\"");
    EXPECT_EQ(string(settings, business, "assignment", "random"), "one of \"least_busy\", \"first\"");
    EXPECT_EQ(string(settings, business, "working_hours_inheritance", "week"),
              "one of \"schedule\", \"day\"");
    EXPECT_EQ(string(settings, business, "customer_overlap", "maybe"), "one of \"allow\", \"refuse\"");
    EXPECT_EQ(apply_setting(settings, business, "customer_overlap", {Kind::boolean, "true"}),
              "one of \"allow\", \"refuse\"");
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::allow);
    EXPECT_EQ(string(settings, business, "availability_override_mode", "x"), "one of \"add\", \"replace\"");
}

TEST(S17Settings, Booleans) {
    Settings settings;
    for (const SettingsOwner owner : {service, business}) {
        EXPECT_EQ(apply_setting(settings, owner, "buffers_within_hours", {Kind::boolean, "true"}), taken);
        EXPECT_TRUE(settings.buffers_within_hours);
        EXPECT_EQ(apply_setting(settings, owner, "buffers_within_hours", {Kind::boolean, "false"}), taken);
        EXPECT_FALSE(settings.buffers_within_hours);
    }
    EXPECT_EQ(string(settings, service, "buffers_within_hours", "true"), "true or false");
    EXPECT_EQ(number(settings, service, "buffers_within_hours", "1"), "true or false");
}

TEST(S17Settings, NullIsUnsetAndTheLaterValueWins) {
    Settings settings;
    EXPECT_EQ(number(settings, business, "slot_interval_minutes", "30"), taken);
    EXPECT_EQ(apply_setting(settings, service, "slot_interval_minutes", {Kind::null, ""}), taken);
    EXPECT_EQ(settings.slot_interval, minutes(30));
    EXPECT_EQ(number(settings, service, "slot_interval_minutes", "20"), taken);
    EXPECT_EQ(settings.slot_interval, minutes(20));
}

TEST(S17Settings, TheServiceComesBeforeTheBusiness) {
    for (const IntegerKey& key : integer_keys) {
        if (!key.of_business || std::string_view(key.name).starts_with("max_"))
            continue; // The limits of both apply; the horizon has a line of its own.
        Settings settings;
        EXPECT_EQ(number(settings, business, key.name, std::to_string(key.least + 9)), taken) << key.name;
        EXPECT_EQ(key.read(settings), key.least + 9) << key.name;
        EXPECT_EQ(number(settings, service, key.name, std::to_string(key.least + 3)), taken) << key.name;
        EXPECT_EQ(key.read(settings), key.least + 3) << key.name;
    }
    Settings settings;
    EXPECT_EQ(number(settings, business, "max_advance_days", "9"), taken);
    EXPECT_EQ(number(settings, service, "max_advance_days", "3"), taken);
    EXPECT_EQ(settings.max_advance_days, 3);
}

TEST(S17Settings, KeysOfTheOtherOwnerAndUnknownKeysAreNotRead) {
    Settings settings;
    EXPECT_EQ(number(settings, business, "capacity", "5"), taken);
    EXPECT_EQ(number(settings, business, "capacity", "nonsense"), taken);
    EXPECT_EQ(settings.capacity, 1);
    EXPECT_EQ(string(settings, service, "working_hours_inheritance", "day"), taken);
    EXPECT_EQ(settings.working_hours_inheritance, HoursInheritance::schedule);
    EXPECT_EQ(string(settings, service, "availability_override_mode", "replace"), taken);
    EXPECT_EQ(settings.availability_override_mode, OverrideMode::add);
    EXPECT_EQ(string(settings, service, "customer_overlap", "refuse"), taken);
    EXPECT_EQ(string(settings, service, "customer_overlap", "maybe"), taken);
    EXPECT_EQ(settings.customer_overlap, CustomerOverlap::allow);
    EXPECT_EQ(number(settings, service, "colour", "5"), taken);
    EXPECT_EQ(number(settings, service, "", "5"), taken);
}

TEST(S16Limits, ServiceAndBusinessKeepTheirOwn) {
    Settings settings;
    EXPECT_EQ(number(settings, business, "max_bookings_per_day", "8"), taken);
    EXPECT_EQ(number(settings, service, "max_bookings_per_day", "3"), taken);
    EXPECT_EQ(settings.max_bookings_per_day_of_business, 8);
    EXPECT_EQ(settings.max_bookings_per_day_of_service, 3);
}

TEST(S21Customers, ServiceAndBusinessKeepTheirOwn) {
    Settings settings;
    EXPECT_FALSE(settings.limits_customers());
    EXPECT_EQ(number(settings, business, "max_active_bookings_per_customer", "8"), taken);
    EXPECT_TRUE(settings.limits_customers());
    EXPECT_EQ(number(settings, service, "max_active_bookings_per_customer", "3"), taken);
    EXPECT_EQ(settings.max_active_bookings_per_customer_of_business, 8);
    EXPECT_EQ(settings.max_active_bookings_per_customer_of_service, 3);
    Settings of_service;
    EXPECT_EQ(number(of_service, service, "max_active_bookings_per_customer", "3"), taken);
    EXPECT_TRUE(of_service.limits_customers());
    EXPECT_EQ(of_service.max_active_bookings_per_customer_of_business, std::nullopt);
}

} // namespace
