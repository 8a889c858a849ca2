// What a statement has read already: see booking/known.hpp.
#include "pg/booking/known.hpp"

#include <type_traits>

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
}

namespace bookmeatoz::pg {

// The server frees its memory without calling destructors.
static_assert(std::is_trivially_destructible_v<KnownToStatement> &&
              std::is_trivially_destructible_v<KnownService>);

namespace {

void free_copies(const ServiceDefaults& defaults) {
    for (const std::optional<Datum>& copy : {defaults.price, defaults.currency}) {
        if (copy)
            pg_call([&] { pfree(DatumGetPointer(*copy)); });
    }
}

} // namespace

void KnownToStatement::begin_row() {
    // The last command of the user's may have been an SQL function's, which leaves it to the next one to count.
    pg_call([] { CommandCounterIncrement(); });
    if (command == GetCurrentCommandId(false))
        return;
    statuses.reset();
    staffed_business.reset();
    for (KnownService* known : services) {
        for (; known != nullptr; known = known->next) {
            if (known->defaults)
                free_copies(*known->defaults);
            known->defaults.reset();
            known->settings.reset();
        }
    }
}

void KnownToStatement::end_row() {
    command = GetCurrentCommandId(false);
}

KnownService& KnownToStatement::service(const Uuid& business_id, const Uuid& service_id,
                                        const std::optional<Uuid>& employee_id) {
    const Oid role = GetUserId();
    KnownService*& first =
        services[(service_id.back() ^ (employee_id ? employee_id->back() : 0)) % services.size()];
    KnownService** last = &first;
    int length = 0;
    for (KnownService** link = &first; *link != nullptr; link = &(*link)->next) {
        const KnownService& known = **link;
        if (known.service_id == service_id && known.employee_id == employee_id &&
            known.business_id == business_id && known.role == role)
            return **link;
        last = link;
        ++length;
    }
    KnownService* known = nullptr;
    if (length < most_in_chain) {
        known = new (pg_call([&] { return MemoryContextAlloc(memory, sizeof(KnownService)); })) KnownService;
    } else {
        known = *last;
        *last = nullptr;
        if (known->defaults)
            free_copies(*known->defaults);
    }
    *known = {business_id, service_id, employee_id, role, {}, {}, first};
    first = known;
    return *known;
}

} // namespace bookmeatoz::pg
