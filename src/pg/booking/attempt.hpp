// What a booking function and the guard's trigger tell each other about the rows that the function is writing. The function
// marks a row by its session key, which the guard replaces in every row.
#pragma once

#include "core/calendar.hpp"

#include <cstring>
#include <span>

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// While one lives, the guard passes over a marked row that it would refuse, so that the function can decide again; and
/// spares a marked INSERT, which has ON CONFLICT DO NOTHING, the lock of plain ones.
class BookingAttempt {
public:
    /// Of bookings that one call moves, those that have left their place and have no other so far: no row of the attempt counts them.
    /// They must outlive it.
    explicit BookingAttempt(std::span<const Uuid> without_place = {}) : outer_(without_place_) {
        without_place_ = without_place;
        ++open_;
    }
    ~BookingAttempt() {
        without_place_ = outer_;
        --open_;
    }
    BookingAttempt(const BookingAttempt&) = delete;
    BookingAttempt& operator=(const BookingAttempt&) = delete;

    /// To be written to session_key.
    static Datum mark() { return UUIDPGetDatum(&mark_); }
    /// The same for a row that is to leave its place: it keeps all that it has but its resource, until the same call gives it
    /// another place.
    static Datum leaving_mark() { return UUIDPGetDatum(&leaving_mark_); }

    /// The same for a row whose place the guard decides anew, whatever it had: for bookmeatoz_verify_rows().
    static Datum mending_mark() { return UUIDPGetDatum(&mending_mark_); }

    static bool is_marked(const Uuid& session_key) { return has(session_key, mark_); }
    static bool is_leaving(const Uuid& session_key) { return has(session_key, leaving_mark_); }
    static bool is_mending(const Uuid& session_key) { return has(session_key, mending_mark_); }
    static std::span<const Uuid> without_place() { return without_place_; }

private:
    static bool has(const Uuid& session_key, const pg_uuid_t& mark) {
        return open_ > 0 && std::memcmp(session_key.data(), mark.data, UUID_LEN) == 0;
    }

    static constinit inline int open_ = 0;
    static constinit inline std::span<const Uuid> without_place_{};
    static constexpr pg_uuid_t mark_ = {{'b', 'o', 'o', 'k', 'm', 'e', 'a', 't', 'o', 'z'}};
    static constexpr pg_uuid_t leaving_mark_ = {
        {'b', 'o', 'o', 'k', 'm', 'e', 'a', 't', 'o', 'z', '-', 'm', 'o', 'v', 'e'}};
    static constexpr pg_uuid_t mending_mark_ = {
        {'b', 'o', 'o', 'k', 'm', 'e', 'a', 't', 'o', 'z', '-', 'm', 'e', 'n', 'd'}};

    std::span<const Uuid> outer_;
};

} // namespace bookmeatoz::pg
