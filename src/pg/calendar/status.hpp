// The labels of booking_status_type_v1 and the statuses of the core. Used by all that reads bookings.
#pragma once

#include "pg/server/table_columns.hpp"
#include "core/calendar.hpp"

#include <array>

/// S11 in the words of a query on bookings; its indexes and constraints say the same.
#define OCCUPYING_STATUS "status NOT IN ('cancelled', 'rejected', 'no_show')"

/// S19, likewise: a hold that blocks nothing any more.
#define EXPIRED_HOLD "status = 'pending' AND hold_expires_at <= pg_catalog.clock_timestamp()"

namespace bookmeatoz::pg {

/// The values of one enum type, looked up by their labels once.
class StatusLabels {
public:
    constexpr StatusLabels() = default;
    /// 42804 where the type lacks one of the labels.
    explicit StatusLabels(Oid type);

    /// `other` for a label that the application added. Asked for each booking, so it stands here.
    BookingStatus find(Oid value) const noexcept {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (values_[i] == value)
                return static_cast<BookingStatus>(i);
        }
        return BookingStatus::other;
    }

private:
    std::array<Oid, booking_labels.size()> values_{};
};

/// The value of an enum type that has this label; 42804 where there is none.
inline Oid enum_value(Oid type, const char* label) {
    return pg_call([&] { return require_label(type, label); });
}

} // namespace bookmeatoz::pg
