// Fuzzer of the search and of what is built on it: builds a business of the bytes and compares the engine with the slow
// reading of the rules, as well as with itself over other windows, with one booking or one employee more.
#include "core/available_dates.hpp"
#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <iostream>
#include <map>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : provider_(data, size) {}
    int number(int least, int most) { return provider_.ConsumeIntegralInRange(least, most); }
    bool chance(int percent) { return number(0, 99) >= 100 - percent; }

private:
    FuzzedDataProvider provider_;
};

std::string text_of(const std::vector<FoundSlot>& slots) {
    std::ostringstream text;
    for (const FoundSlot& slot : slots)
        text << "  " << slot << '\n';
    return text.str();
}

void require(bool holds, const char* rule, const Business& business, const std::vector<FoundSlot>& found,
             const std::vector<FoundSlot>& wanted) {
    if (holds)
        return;
    std::cerr << "does not hold: " << rule << '\n'
              << describe(business) << "found\n"
              << text_of(found) << "other\n"
              << text_of(wanted);
    std::abort();
}

/// Every start of `some` is one of `all`, with at least the same people.
bool is_part_of(const std::vector<FoundSlot>& some, const std::vector<FoundSlot>& all) {
    return std::all_of(some.begin(), some.end(), [&](const FoundSlot& slot) {
        const auto same =
            std::find_if(all.begin(), all.end(), [&](const FoundSlot& s) { return s.start == slot.start; });
        return same != all.end() && std::includes(same->people.begin(), same->people.end(),
                                                  slot.people.begin(), slot.people.end());
    });
}

/// Skipping is filtering: the search goes on as if the slots before the instant were not there.
void check_skip(Bytes& bytes, const Business& business, const std::vector<FoundSlot>& found) {
    const int pulled = bytes.number(0, 3);
    const Instant instant = random_instant(bytes, -2, 6);
    SlotSearch search(business.calendar(), no_poll, std::pmr::get_default_resource());
    std::vector<FoundSlot> got, wanted;
    const auto pull = [&] {
        const std::optional<Slot> slot = search.next();
        if (slot)
            got.push_back(
                {slot->start, {slot->resources.begin(), slot->resources.end()}, slot->remaining_capacity});
        return slot.has_value();
    };
    for (int i = 0; i < pulled && pull(); ++i) {
    }
    search.skip_to(instant);
    while (pull()) {
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i < static_cast<std::size_t>(pulled) || found[i].start >= instant)
            wanted.push_back(found[i]);
    }
    require(got == wanted, "skipping is filtering", business, got, wanted);
}

/// Find = check, and the reasons are those of the rules.
void check_reasons(Bytes& bytes, const Business& business, const std::vector<FoundSlot>& found) {
    const Calendar& calendar = business.calendar();
    const slow::Rules rules(calendar);
    std::vector<Instant> starts;
    for (const FoundSlot& slot : found)
        starts.push_back(slot.start);
    for (int i = 0; i < 20; ++i) {
        const Instant start = calendar.window.begin + minutes(bytes.number(0, 3 * 1440));
        if (start < calendar.window.end)
            starts.push_back(start);
    }
    for (const Instant start : starts) {
        const SlotCheck check = check_slot(calendar, start, no_poll, std::pmr::get_default_resource());
        const slow::Judged judged = rules.judge(start);
        const FoundSlot free{start, {check.free.begin(), check.free.end()}, check.remaining_capacity};
        const bool is_found = std::find(found.begin(), found.end(), free) != found.end();
        require(is_found == (check.reason == SlotReason::ok), "find is check", business, {free}, found);
        if (check.reason != judged.reason)
            std::cerr << "said " << reason_name(check.reason) << ", is " << reason_name(judged.reason)
                      << '\n';
        require(check.reason == judged.reason, "the reason is that of the rules", business, {free}, found);
    }
}

/// The dates are those of the slots, each once, ascending.
void check_dates(Bytes& bytes, const Business& business) {
    const Zone zone(business.zone);
    const LocalDate first = zone.date_of(business.window.begin);
    const LocalDate last = first + std::chrono::days(bytes.number(0, 3));
    Business whole = business;
    whole.window = zone.dates(first, last);
    std::map<LocalDate, Instant> wanted, got;
    const std::vector<FoundSlot> slots = whole.slots();
    for (const FoundSlot& slot : slots) {
        const LocalDate date = slow::date_of(whole.zone, slot.start);
        if (first <= date && date <= last)
            wanted.emplace(date, slot.start);
    }
    bool ascends = true;
    for (const AvailableDate& entry : available_dates(in_reach(whole).calendar(), first, last, no_poll,
                                                      std::pmr::get_default_resource())) {
        ascends = ascends && (got.empty() || got.rbegin()->first < entry.date);
        got.emplace(entry.date, entry.first_slot);
    }
    require(ascends && got == wanted, "the dates are those of the slots", whole, slots, {});
}

/// Free and busy time covers the window, with the type that the rules give to each moment.
void check_free_busy(const Business& business) {
    Business loaded = business;
    loaded.service = {};
    loaded = in_reach(loaded);
    const Calendar& calendar = loaded.calendar();
    const Resource& resource = calendar.resources.front();
    const std::vector<Interval> offered = slow::offered(calendar, resource);
    Instant end = business.window.begin;
    std::optional<FreeBusyType> before;
    for (const FreeBusyPeriod& entry :
         free_busy(calendar, resource, business.window, no_poll, std::pmr::get_default_resource())) {
        const bool joins = entry.period.begin == end && !is_empty(entry.period) && entry.type != before;
        const Instant middle = entry.period.begin + (entry.period.end - entry.period.begin) / 2;
        bool is_right = joins;
        for (const Instant moment : {entry.period.begin, middle, entry.period.end - one_tick})
            is_right = is_right && slow::type_at(calendar, resource, offered, moment) == entry.type;
        require(is_right, "free and busy time is that of the rules", business, {{entry.period.begin, {}, 0}},
                {{end, {}, 0}});
        end = entry.period.end;
        before = entry.type;
    }
    require(end == business.window.end, "free and busy time covers the window", business, {{end, {}, 0}}, {});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    const Business business = random_business(bytes);
    const std::vector<FoundSlot> found = in_reach(business).slots();
    const std::vector<FoundSlot> wanted = slow::slots(business);
    require(found == wanted, "the engine agrees with the rules", business, found, wanted);

    const bool ascends =
        std::adjacent_find(found.begin(), found.end(), [](const FoundSlot& a, const FoundSlot& b) {
            return a.start >= b.start;
        }) == found.end();
    require(ascends, "ascending, no start twice", business, found, wanted);

    Business part = business;
    std::vector<FoundSlot> joined;
    const Duration length = business.window.end - business.window.begin;
    part.window.end = business.window.begin + length * bytes.number(0, 100) / 100;
    joined = in_reach(part).slots();
    part.window = {part.window.end, business.window.end};
    const std::vector<FoundSlot> rest = in_reach(part).slots();
    joined.insert(joined.end(), rest.begin(), rest.end());
    require(joined == found, "window invariance", business, joined, found);

    if (business.settings.slot_alignment != SlotAlignment::optimized) {
        Business busier = business;
        busier.people.front().bookings.push_back(random_booking(bytes, business));
        const std::vector<FoundSlot> fewer = busier.slots();
        require(is_part_of(fewer, found), "a booking adds no slot", busier, fewer, found);
    }
    if (business.unassigned.empty()) {
        Business larger = business;
        larger.people.push_back(random_person(bytes, business, static_cast<int>(business.people.size())));
        const std::vector<FoundSlot> more = larger.slots();
        require(is_part_of(found, more), "an employee removes no slot", larger, more, found);
    }

    check_skip(bytes, business, found);
    check_reasons(bytes, business, found);
    check_dates(bytes, business);
    check_free_busy(business);
    return 0;
}
