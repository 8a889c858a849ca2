// The labels of booking_status_type_v1 and the statuses of the core. Used by all that reads bookings.
#pragma once

#include "boundary.hpp"
#include "../core/calendar.hpp"

#include <array>
#include <optional>
#include <string_view>

/// S11 in the words of a query on bookings; its indexes and constraints say the same.
#define OCCUPYING_STATUS "(status = 'pending' OR status = 'confirmed' OR status = 'completed')"

namespace bookmeatoz::pg {

/// nullopt for a label that the user added: such a booking occupies no time (S11).
std::optional<BookingStatus> find_status(std::string_view label) noexcept;

/// The values of one enum type, looked up by their labels once.
class StatusLabels {
public:
    constexpr StatusLabels() = default;
    explicit StatusLabels(Oid type);

    /// As find_status(). Asked for each booking, so it stands here.
    std::optional<BookingStatus> find(Datum value) const noexcept {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (values_[i] == DatumGetObjectId(value))
                return static_cast<BookingStatus>(i);
        }
        return std::nullopt;
    }

private:
    /// In the order of BookingStatus.
    std::array<Oid, 6> values_{};
};

/// The value of an enum type that has this label; InvalidOid where there is none.
Oid enum_value(Oid type, const char* label);

} // namespace bookmeatoz::pg
