// The table of settings (S17): see settings.hpp.
#include "settings.hpp"

#include <charconv>
#include <span>
#include <system_error>

namespace bookmeatoz {
namespace {

using std::chrono::minutes;

std::optional<int> whole_number(SettingValue value) {
    if (value.kind != SettingValue::Kind::number)
        return std::nullopt;
    int number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [rest, error] = std::from_chars(value.text.data(), end, number);
    if (error != std::errc{})
        return std::nullopt;
    // JSON has one kind of number: 15.0 is 15.
    const std::string_view fraction(rest, static_cast<std::size_t>(end - rest));
    const bool whole =
        fraction.empty() ||
        (fraction.front() == '.' && fraction.substr(1).find_first_not_of('0') == std::string_view::npos);
    return whole ? std::optional(number) : std::nullopt;
}

std::optional<std::string> apply_integer(SettingValue value, int least, int most, auto&& assign) {
    const std::optional<int> number = whole_number(value);
    if (!number || *number < least || *number > most) {
        return "an integer from " + std::to_string(least) + " to " + std::to_string(most);
    }
    assign(*number);
    return std::nullopt;
}

std::optional<std::string> apply_boolean(SettingValue value, bool& target) {
    if (value.kind != SettingValue::Kind::boolean)
        return "true or false";
    target = value.text == "true";
    return std::nullopt;
}

template <class Choice>
struct Named {
    std::string_view name;
    Choice choice;
};

template <class Choice>
std::optional<std::string> apply_choice(SettingValue value, Choice& target,
                                        std::span<const Named<Choice>> choices) {
    std::string wanted;
    for (const Named<Choice>& known : choices) {
        if (value.kind == SettingValue::Kind::string && value.text == known.name) {
            target = known.choice;
            return std::nullopt;
        }
        wanted += (wanted.empty() ? "\"" : ", \"") + std::string(known.name) + "\"";
    }
    return "one of " + wanted;
}

constexpr Named<SlotAlignment> alignments[] = {{"shift", SlotAlignment::shift},
                                               {"clock", SlotAlignment::clock},
                                               {"optimized", SlotAlignment::optimized}};
constexpr Named<Assignment> assignments[] = {{"least_busy", Assignment::least_busy},
                                             {"first", Assignment::first}};
constexpr Named<HoursInheritance> inheritances[] = {{"schedule", HoursInheritance::schedule},
                                                    {"day", HoursInheritance::day}};
constexpr Named<OverrideMode> override_modes[] = {{"add", OverrideMode::add},
                                                  {"replace", OverrideMode::replace}};
constexpr Named<CustomerOverlap> customer_overlaps[] = {{"allow", CustomerOverlap::allow},
                                                        {"refuse", CustomerOverlap::refuse}};

using Apply = std::optional<std::string> (*)(Settings&, SettingsOwner, SettingValue);

struct Key {
    std::string_view name;
    bool of_service;
    bool of_business;
    Apply apply;
};

constexpr Key keys[] = {
    {"slot_interval_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 1, 1440, [&](int n) { s.slot_interval = minutes(n); });
     }},
    {"slot_alignment", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_choice<SlotAlignment>(v, s.slot_alignment, alignments);
     }},
    {"slot_offset_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 0, 1439, [&](int n) { s.slot_offset = minutes(n); });
     }},
    {"min_notice_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 0, 525600, [&](int n) { s.min_notice = minutes(n); });
     }},
    {"max_advance_days", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 0, 3660, [&](int n) { s.max_advance_days = n; });
     }},
    {"buffers_within_hours", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) { return apply_boolean(v, s.buffers_within_hours); }},
    {"capacity", true, false,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 1, 10000, [&](int n) { s.capacity = n; });
     }},
    // S16: the two limits count different bookings, and both apply. So the service's does not replace the business's.
    {"max_bookings_per_day", true, true,
     [](Settings& s, SettingsOwner owner, SettingValue v) {
         return apply_integer(v, 1, 10000, [&](int n) {
             (owner == SettingsOwner::service ? s.max_bookings_per_day_of_service
                                              : s.max_bookings_per_day_of_business) = n;
         });
     }},
    {"hold_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 1, 1440, [&](int n) { s.hold = minutes(n); });
     }},
    {"assignment", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_choice<Assignment>(v, s.assignment, assignments);
     }},
    {"cancel_notice_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 0, 525600, [&](int n) { s.cancel_notice = minutes(n); });
     }},
    {"reschedule_notice_minutes", true, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_integer(v, 0, 525600, [&](int n) { s.reschedule_notice = minutes(n); });
     }},
    // S21: as with the limits per day.
    {"max_active_bookings_per_customer", true, true,
     [](Settings& s, SettingsOwner owner, SettingValue v) {
         return apply_integer(v, 1, 10000, [&](int n) {
             (owner == SettingsOwner::service ? s.max_active_bookings_per_customer_of_service
                                              : s.max_active_bookings_per_customer_of_business) = n;
         });
     }},
    {"customer_overlap", false, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_choice<CustomerOverlap>(v, s.customer_overlap, customer_overlaps);
     }},
    {"working_hours_inheritance", false, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_choice<HoursInheritance>(v, s.working_hours_inheritance, inheritances);
     }},
    {"availability_override_mode", false, true,
     [](Settings& s, SettingsOwner, SettingValue v) {
         return apply_choice<OverrideMode>(v, s.availability_override_mode, override_modes);
     }},
};

} // namespace

std::optional<std::string> apply_setting(Settings& settings, SettingsOwner owner, std::string_view key,
                                         SettingValue value) {
    if (value.kind == SettingValue::Kind::null)
        return std::nullopt;
    for (const Key& known : keys) {
        if (known.name == key && (owner == SettingsOwner::service ? known.of_service : known.of_business)) {
            return known.apply(settings, owner, value);
        }
    }
    return std::nullopt;
}

} // namespace bookmeatoz
