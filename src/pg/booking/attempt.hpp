// What a booking function and the guard's trigger tell each other about the one row that the function is writing. The
// function marks the row by its session key, which the guard replaces in every row.
#pragma once

#include "core/calendar.hpp"

#include <cstring>

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// While one lives, the guard passes over a marked row that it would refuse, so that the function can decide again; and
/// spares a marked INSERT, which has ON CONFLICT DO NOTHING, the lock of plain ones.
class BookingAttempt {
public:
    BookingAttempt() { ++open_; }
    ~BookingAttempt() { --open_; }
    BookingAttempt(const BookingAttempt&) = delete;
    BookingAttempt& operator=(const BookingAttempt&) = delete;

    /// To be written to session_key.
    static Datum mark() { return UUIDPGetDatum(&mark_); }

    static bool is_marked(const Uuid& session_key) {
        return open_ > 0 && std::memcmp(session_key.data(), mark_.data, UUID_LEN) == 0;
    }

private:
    static constinit inline int open_ = 0;
    static constexpr pg_uuid_t mark_ = {{'b', 'o', 'o', 'k', 'm', 'e', 'a', 't', 'o', 'z'}};
};

} // namespace bookmeatoz::pg
