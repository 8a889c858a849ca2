// Errors of our own: see server/errors.hpp.
#include "pg/server/errors.hpp"
#include "pg/server/uuid.hpp"

namespace bookmeatoz::pg {
namespace {

struct Names {
    const char* word;
    const char* table;
};

Names names_of(Sought sought) {
    switch (sought) {
    case Sought::business:
        return {"business", "businesses"};
    case Sought::service:
        return {"service", "services"};
    case Sought::employee:
        return {"employee", "employees"};
    case Sought::customer:
        return {"customer", "customers"};
    case Sought::booking:
        break;
    }
    return {"booking", "bookings"};
}

} // namespace

void not_found(Sought sought, const pg_uuid_t& id) {
    const auto [word, table] = names_of(sought);
    std::string hint = "Check the id, and that the session context is that of the " +
                       (sought == Sought::business ? std::string() : std::string(word) + "'s ") + "business.";
    if (sought == Sought::booking)
        hint += " A hold that expired may be deleted.";
    throw SqlError(errcode_not_found, std::string(word) + " " + uuid_text(id) + " was not found", word,
                   std::move(hint))
        .about({.table = table, .column = "id"});
}

} // namespace bookmeatoz::pg
