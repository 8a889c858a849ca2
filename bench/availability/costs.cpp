// availability_costs(): what the layers of a search cost, measured inside the server, in CPU time, so that others on the
// machine matter little. A module of its own, linked with the objects of the product: see Makefile and costs.sql.
#include "pg/access/profile_notes.hpp"
#include "pg/availability/call_memory.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/availability/arguments.hpp"
#include "core/slot_search.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

extern "C" {
#include "executor/executor.h"
}

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
}
#pragma GCC visibility pop

namespace bookmeatoz::pg {
namespace {

constexpr int most_rounds = 100'000;

/// The times of one layer, one a round.
struct Layer {
    std::string_view name;
    std::vector<double> microseconds;

    double median() {
        const auto middle = microseconds.begin() + static_cast<std::ptrdiff_t>(microseconds.size() / 2);
        std::ranges::nth_element(microseconds, middle);
        return *middle;
    }
};

/// While it lives, this module alone watches over the reading of tables, as the product does elsewhere. The product's watch is
/// a stranger's here, and before a stranger's calendars are read by queries, not by scans.
class OwnWatch {
public:
    OwnWatch() : earlier_(ExecutorCheckPerms_hook) {
        ExecutorCheckPerms_hook = nullptr;
        profile_notes_init();
    }
    ~OwnWatch() { ExecutorCheckPerms_hook = earlier_; }
    OwnWatch(const OwnWatch&) = delete;
    OwnWatch& operator=(const OwnWatch&) = delete;

private:
    ExecutorCheckPerms_hook_type earlier_;
};

/// CPU time of this process, in microseconds; asking takes a fraction of one.
double cpu_time() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(availability_costs, takes({UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDOID, INT4OID,
                                               UUIDOID, TIMESTAMPTZOID, INT4OID})
                                            .returns_table({TEXTOID, FLOAT8OID})) {
    const SlotArguments arguments(fcinfo);
    const Question question = arguments.question(3);
    const auto window = arguments.window(1);
    const int rounds = arguments.count(7, "rounds", most_rounds);
    const Oid schema = extension_schema(fcinfo);
    const OwnWatch own_watch;

    std::array<Layer, 3> layers{{{"configuration", {}}, {"bookings", {}}, {"computation", {}}}};
    for (int round = 0; round < rounds; ++round) {
        poll_interrupts();
        CallMemory memory;
        double last = cpu_time();
        LoadedCalendar loaded(question, schema, memory.resource());
        const double configured = cpu_time();
        loaded.load(loaded.bookable(window));
        const double fetched = cpu_time();
        SlotSearch search(loaded.calendar(), poll_interrupts, memory.resource());
        while (search.next()) {
        }
        const double ends[] = {configured, fetched, cpu_time()};
        for (std::size_t i = 0; i < layers.size(); ++i) {
            layers[i].microseconds.push_back(ends[i] - last);
            last = ends[i];
        }
    }
    ResultRows rows(fcinfo);
    for (Layer& layer : layers)
        rows.add({text_datum(layer.name), Float8GetDatum(layer.median())});
    return Datum(0);
}
