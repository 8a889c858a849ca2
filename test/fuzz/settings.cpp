// Fuzzer of apply_setting(): whatever the key and the text, a value is taken whole and within its range, or refused with
// a reason and without a trace.
#include "core/settings.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <cstdlib>
#include <iostream>
#include <tuple>

using namespace bookmeatoz;

namespace {

auto fields(const Settings& s) {
    return std::tie(s.slot_interval, s.slot_alignment, s.slot_offset, s.min_notice, s.max_advance_days,
                    s.buffers_within_hours, s.capacity, s.max_bookings_per_day_of_service,
                    s.max_bookings_per_day_of_business, s.hold, s.assignment, s.working_hours_inheritance,
                    s.availability_override_mode);
}

bool in_range(const Settings& s) {
    const auto within = [](auto value, int least, int most) { return value >= least && value <= most; };
    return within(s.slot_interval.count(), 1, 1440) && within(s.slot_offset.count(), 0, 1439) &&
           within(s.min_notice.count(), 0, 525600) && within(s.max_advance_days.value_or(0), 0, 3660) &&
           within(s.capacity, 1, 10000) && within(s.max_bookings_per_day_of_service.value_or(1), 1, 10000) &&
           within(s.max_bookings_per_day_of_business.value_or(1), 1, 10000) &&
           within(s.hold.count(), 1, 1440);
}

void require(bool holds, const char* rule, std::string_view key, std::string_view text) {
    if (holds)
        return;
    std::cerr << "does not hold: " << rule << ": " << key << " = " << text << '\n';
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr const char* keys[] = {
        "slot_interval_minutes", "slot_alignment", "slot_offset_minutes",       "min_notice_minutes",
        "max_advance_days",      "capacity",       "buffers_within_hours",      "max_bookings_per_day",
        "hold_minutes",          "assignment",     "working_hours_inheritance", "availability_override_mode"};
    FuzzedDataProvider bytes(data, size);
    Settings settings;
    while (bytes.remaining_bytes() > 0) {
        const Settings before = settings;
        const std::string key =
            bytes.ConsumeBool() ? bytes.PickValueInArray(keys) : bytes.ConsumeRandomLengthString(32);
        const auto owner = bytes.ConsumeBool() ? SettingsOwner::service : SettingsOwner::business;
        const auto kind = static_cast<SettingValue::Kind>(bytes.ConsumeIntegralInRange(0, 4));
        const std::string text = bytes.ConsumeBool() ? std::to_string(bytes.ConsumeIntegral<int>())
                                                     : bytes.ConsumeRandomLengthString(32);
        // A copy of its own length, so that a read beyond the end is seen.
        const std::vector<char> exact(text.begin(), text.end());
        const std::optional<std::string> wanted =
            apply_setting(settings, owner, key, {kind, {exact.data(), exact.size()}});
        require(in_range(settings), "settings stay in range", key, text);
        const bool untouched = fields(settings) == fields(before);
        if (wanted) {
            require(untouched && !wanted->empty(), "a refused value leaves no trace", key, text);
            require(kind != SettingValue::Kind::null, "null is unset", key, text);
        }
        if (kind == SettingValue::Kind::null || kind == SettingValue::Kind::other)
            require(untouched, "only scalars are values", key, text);
    }
    return 0;
}
