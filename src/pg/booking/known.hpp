// What a statement has read for one of its rows, kept for those that follow: what others commit meanwhile changes nothing of it, as in a
// snapshot. What the transaction itself changes between two rows, by a trigger or a function of the user's, does. What is counted (seats, limits) is
// not among it, nor what it is counted against where there is something to count: that is read under the locks of each row.
#pragma once

#include "pg/calendar/status.hpp"
#include "pg/calendar/values.hpp"
#include "core/settings.hpp"

#include <array>
#include <optional>

extern "C" {
#include "access/attnum.h"
#include "access/stratnum.h"
#include "pgtime.h"
}

namespace bookmeatoz::pg {

/// S17: what a service and its business set, for what the guard counts: capacity and daily limits.
struct ServiceSettings {
    Settings values;
    /// The business's, where a daily limit is set.
    pg_tz* time_zone = nullptr;
};

/// S6, S20: what a booking takes from its service where the statement leaves it out. The memory of price and currency is the statement's.
struct ServiceDefaults {
    int32 duration;
    int32 buffer_before_minutes;
    int32 buffer_after_minutes;
    std::optional<Datum> price;
    std::optional<Datum> currency;
};

/// A service as the bookings of one employee, or of none, find it.
struct KnownService {
    Uuid business_id;
    Uuid service_id;
    std::optional<Uuid> employee_id;
    /// Read with the rights of this role.
    Oid role = InvalidOid;
    std::optional<ServiceDefaults> defaults;
    /// Read with the rights of the owner.
    std::optional<ServiceSettings> settings;
    KnownService* next = nullptr;
};

/// The indexes in which bookings meet, and what a look into them needs. InvalidOid: the user has done away with it.
struct MeetingIndexes {
    Oid collisions = InvalidOid;
    Oid collision_procedures[3]{};
    StrategyNumber collision_strategies[3]{};
    Oid seats = InvalidOid;
    AttrNumber seat = InvalidAttrNumber;
    AttrNumber status = InvalidAttrNumber;
    AttrNumber hold_expires_at = InvalidAttrNumber;
};

/// Made before the first row of a statement, and kept in the statement's memory.
struct KnownToStatement {
    /// Where what is kept for longer than a row belongs.
    MemoryContext memory = nullptr;
    /// None: not asked yet.
    std::optional<StatusLabels> statuses;
    std::optional<MeetingIndexes> indexes;
    /// A business with an employee, who is locked and stays until the transaction ends.
    std::optional<Uuid> staffed_business;
    /// Chains by their ids, each of no more than most_in_chain.
    std::array<KnownService*, 64> services{};
    static constexpr int most_in_chain = 8;
    /// The command of the transaction in which the guard left the last row.
    CommandId command = FirstCommandId;

    /// Before the guard looks at a row: forgets what the transaction may have changed since the last one. Its indexes it cannot change, for the
    /// statement uses them.
    void begin_row();
    /// When the guard is done with it: what it has written itself makes it forget nothing.
    void end_row();

    /// The one of these ids and the current role; an empty one where there was none.
    KnownService& service(const Uuid& business_id, const Uuid& service_id,
                          const std::optional<Uuid>& employee_id);
};

} // namespace bookmeatoz::pg
