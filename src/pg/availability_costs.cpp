// availability_costs(): what the layers of a search cost, measured inside the server. For benchmarks; a search itself measures
// nothing.
#include "extension_schema.hpp"
#include "memory.hpp"
#include "result_rows.hpp"
#include "slot_arguments.hpp"
#include "../core/slot_search.hpp"

#include <algorithm>
#include <array>
#include <chrono>

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

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(availability_costs) {
    return boundary([&]() -> Datum {
        using Clock = std::chrono::steady_clock;
        const SlotArguments arguments(fcinfo);
        const Question question = arguments.question(3);
        const auto window = arguments.window(1);
        const int rounds = arguments.count(7, "rounds", most_rounds);
        const Oid schema = extension_schema(fcinfo);

        std::array<Layer, 3> layers{{{"configuration", {}}, {"bookings", {}}, {"computation", {}}}};
        for (int round = 0; round < rounds; ++round) {
            poll_interrupts();
            ContextMemory context(CurrentMemoryContext);
            std::pmr::monotonic_buffer_resource memory(&context);
            const Clock::time_point begin = Clock::now();
            LoadedCalendar loaded(question, schema, &memory);
            const Clock::time_point configured = Clock::now();
            loaded.load(bookable_window(window, question.as_of, loaded.calendar().settings));
            const Clock::time_point fetched = Clock::now();
            SlotSearch search(loaded.calendar(), poll_interrupts, &memory);
            while (search.next()) {
            }
            const Clock::time_point ends[] = {configured, fetched, Clock::now()};
            Clock::time_point last = begin;
            for (std::size_t i = 0; i < layers.size(); ++i) {
                layers[i].microseconds.push_back(
                    std::chrono::duration<double, std::micro>(ends[i] - last).count());
                last = ends[i];
            }
        }
        ResultRows rows(fcinfo);
        for (Layer& layer : layers)
            rows.add({text_datum(layer.name), Float8GetDatum(layer.median())});
        return Datum(0);
    });
}
