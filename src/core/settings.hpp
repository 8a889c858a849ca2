// The settings that steer availability (S17): one table of keys, types and ranges. It checks settings when they are written, so
// that a wrong one is refused at once, and when they are read, so that none is silently ignored.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bookmeatoz {

enum class SlotAlignment { shift, clock, optimized };
enum class Assignment { least_busy, first };
enum class HoursInheritance { schedule, day };
enum class OverrideMode { add, replace };
enum class CustomerOverlap { allow, refuse };

/// The settings in force for one question, with the built-in defaults.
struct Settings {
    std::chrono::minutes slot_interval{15};
    SlotAlignment slot_alignment = SlotAlignment::shift;
    std::chrono::minutes slot_offset{0};
    std::chrono::minutes min_notice{0};
    std::optional<int> max_advance_days;
    bool buffers_within_hours = false;
    int capacity = 1;
    std::optional<int> max_bookings_per_day_of_service;
    std::optional<int> max_bookings_per_day_of_business;
    std::chrono::minutes hold{5};
    Assignment assignment = Assignment::least_busy;
    HoursInheritance working_hours_inheritance = HoursInheritance::schedule;
    OverrideMode availability_override_mode = OverrideMode::add;
    std::chrono::minutes cancel_notice{0};
    std::chrono::minutes reschedule_notice{0};
    std::optional<int> max_active_bookings_per_customer_of_service;
    std::optional<int> max_active_bookings_per_customer_of_business;
    CustomerOverlap customer_overlap = CustomerOverlap::allow;

    /// S16: whether there is a limit of bookings per day.
    bool limits_days() const {
        return max_bookings_per_day_of_service.has_value() || max_bookings_per_day_of_business.has_value();
    }
    /// S21.
    bool limits_customers() const {
        return max_active_bookings_per_customer_of_service.has_value() ||
               max_active_bookings_per_customer_of_business.has_value();
    }
};

/// Whose settings a value is in. A key may be read from one of them, or from both.
enum class SettingsOwner { service, business };

/// A JSON scalar as text. `other` is an array or an object.
struct SettingValue {
    enum class Kind { null, boolean, number, string, other };
    Kind kind;
    std::string_view text;
};

/// Takes over one key of a settings object. Call it for the business first, then for the service: the later value wins. Returns
/// what the key needs, e.g. "an integer from 1 to 1440", if the value is wrong. Returns nothing if the value was taken, if it is
/// null (unset), or if `owner` has no such key.
std::optional<std::string> apply_setting(Settings& settings, SettingsOwner owner, std::string_view key,
                                         SettingValue value);

} // namespace bookmeatoz
