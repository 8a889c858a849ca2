// Benchmarks of the computation alone: from loaded rows to slots, as a whole and by its phases.
// The workload of all measurements: a 30-minute service with buffers of 5 and 10 minutes, a step of 15, weekdays from 9 to
// 17 in New York, 56 % of it busy (six bookings a day). Rows are those in reach of the window, as the reader loads them.
#include "core/available_dates.hpp"
#include "core/free_busy.hpp"
#include "core/slot_check.hpp"
#include "unit/support/zone_periods.hpp"

#include <benchmark/benchmark.h>

#include <random>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

/// Six bookings on the step's grid that keep their distance, at random.
void book_a_day(Person& person, const Service& service, Instant opening, std::mt19937& random) {
    constexpr int bookings = 6, spare_quarters = 14;
    std::vector<int> cuts;
    for (int i = 0; i < bookings; ++i)
        cuts.push_back(std::uniform_int_distribution(0, spare_quarters)(random));
    std::sort(cuts.begin(), cuts.end());
    for (int i = 0; i < bookings; ++i) {
        const Instant start = opening + minutes(45 * i + 15 * cuts[static_cast<std::size_t>(i)]);
        person.bookings.push_back({service.id,
                                   {start, start + service.duration},
                                   service.buffer_before,
                                   service.buffer_after,
                                   BookingStatus::confirmed,
                                   std::nullopt});
    }
}

/// Bookings of the service itself may be joined (S15), those of others only stand in the way: the engine keeps them apart.
enum class Booked { own_service, other_service };

Business workload(int people, int days, Booked booked) {
    Business business;
    business.service = {uuid(1), minutes(30), minutes(5), minutes(10)};
    business.zone = zone_periods("America/New_York");
    for (const std::chrono::weekday day : {std::chrono::Monday, std::chrono::Tuesday, std::chrono::Wednesday,
                                           std::chrono::Thursday, std::chrono::Friday})
        business.default_hours.push_back(shift(day, "09:00", "17:00"));
    const LocalDate monday = date("2026-06-01");
    const Zone zone(business.zone);
    business.window = {zone.midnight(monday), zone.midnight(monday + std::chrono::days(days))};
    std::mt19937 random(1);
    for (int i = 0; i < people; ++i) {
        Person person{uuid(100 + i), {}, {}, {}};
        for (LocalDate day = monday - std::chrono::days(28); day < monday + std::chrono::days(days + 28);
             day += std::chrono::days(1)) {
            if (std::chrono::weekday(day).iso_encoding() <= 5)
                book_a_day(person, business.service, zone.to_instant(LocalTime(day) + hours(9)), random);
        }
        if (booked == Booked::other_service) {
            for (Booking& booking : person.bookings)
                booking.service_id = uuid(2);
        }
        business.people.push_back(std::move(person));
    }
    return in_reach(business);
}

/// A business and memory that is given back after each round, as the server's is after a call.
struct Bench {
    explicit Bench(benchmark::State& state, Booked booked = Booked::own_service)
        : business(workload(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), booked)),
          space(1 << 24) {}

    template <class Measured>
    void run(benchmark::State& state, Measured measured) {
        const Calendar& calendar = business.calendar();
        for (auto _ : state) {
            std::pmr::monotonic_buffer_resource memory(space.data(), space.size(),
                                                       std::pmr::null_memory_resource());
            measured(calendar, &memory);
        }
    }

    Business business;
    std::vector<std::byte> space;
};

void whole_search(benchmark::State& state, Booked booked) {
    Bench bench(state, booked);
    std::size_t slots = 0, bookings = 0;
    bench.run(state, [&](const Calendar& calendar, std::pmr::memory_resource* memory) {
        slots = 0;
        SlotSearch search(calendar, no_poll, memory);
        while (const std::optional<Slot> slot = search.next()) {
            benchmark::DoNotOptimize(slot->start);
            ++slots;
        }
    });
    for (const Person& person : bench.business.people)
        bookings += person.bookings.size();
    state.counters["slots"] = static_cast<double>(slots);
    state.counters["bookings"] = static_cast<double>(bookings);
}

void first_slot(benchmark::State& state) {
    Bench bench(state);
    bench.run(state, [](const Calendar& calendar, std::pmr::memory_resource* memory) {
        SlotSearch search(calendar, no_poll, memory);
        benchmark::DoNotOptimize(search.next());
    });
}

void dates(benchmark::State& state) {
    Bench bench(state);
    const Zone zone(bench.business.zone);
    const LocalDate first = zone.date_of(bench.business.window.begin);
    const LocalDate last = zone.date_of(bench.business.window.end - one_tick);
    std::size_t count = 0;
    bench.run(state, [&](const Calendar& calendar, std::pmr::memory_resource* memory) {
        count = available_dates(calendar, first, last, no_poll, memory).size();
    });
    state.counters["dates"] = static_cast<double>(count);
}

/// A start in the middle of the window that is refused, so that the reason is worked out too.
void check(benchmark::State& state) {
    Bench bench(state);
    const Instant middle = bench.business.window.begin +
                           (bench.business.window.end - bench.business.window.begin) / 2 + one_tick;
    bench.run(state, [&](const Calendar& calendar, std::pmr::memory_resource* memory) {
        benchmark::DoNotOptimize(check_slot(calendar, middle, no_poll, memory).reason);
    });
}

void periods(benchmark::State& state) {
    Bench bench(state);
    bench.run(state, [&](const Calendar& calendar, std::pmr::memory_resource* memory) {
        for (const Resource& resource : calendar.resources)
            benchmark::DoNotOptimize(free_busy(calendar, resource, calendar.window, no_poll, memory));
    });
}

void phase_working_time(benchmark::State& state) {
    Bench bench(state);
    bench.run(state, [](const Calendar& calendar, std::pmr::memory_resource* memory) {
        for (const Resource& resource : calendar.resources)
            benchmark::DoNotOptimize(working_time(calendar, resource, calendar.window, no_poll, memory));
    });
}

void phase_busy_time(benchmark::State& state) {
    Bench bench(state);
    bench.run(state, [](const Calendar& calendar, std::pmr::memory_resource* memory) {
        for (const Resource& resource : calendar.resources)
            benchmark::DoNotOptimize(BusyTime(calendar, resource.bookings, no_poll, memory));
    });
}

/// Working time and busy time included: what is more than their sum is the grid and the walk along it.
void phase_each_resource(benchmark::State& state) {
    Bench bench(state);
    bench.run(state, [](const Calendar& calendar, std::pmr::memory_resource* memory) {
        for (const Resource& resource : calendar.resources) {
            const WorkingTime working = working_time(
                calendar, resource, slot_reach(calendar.window, calendar.service), no_poll, memory);
            ResourceSlots slots(calendar, resource, working, calendar.window, no_poll, memory);
            while (slots.next())
                benchmark::DoNotOptimize(slots.start());
        }
    });
}

/// W1 to W4: people, days.
void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"people", "days"})
        ->Args({1, 1})
        ->Args({1, 30})
        ->Args({10, 30})
        ->Args({50, 90})
        ->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(whole_search, own_service, Booked::own_service)->Apply(sizes);
BENCHMARK_CAPTURE(whole_search, other_service, Booked::other_service)->Apply(sizes);
BENCHMARK(first_slot)->Apply(sizes);
BENCHMARK(dates)->Apply(sizes);
BENCHMARK(check)->Apply(sizes);
BENCHMARK(periods)->Apply(sizes);
BENCHMARK(phase_working_time)->Apply(sizes);
BENCHMARK(phase_busy_time)->Apply(sizes);
BENCHMARK(phase_each_resource)->Apply(sizes);

} // namespace
