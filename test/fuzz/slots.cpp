// Fuzzer of the search: builds a business of the bytes and compares the engine with the slow reading of the rules, as
// well as with itself over other windows, with one booking or one employee more.
#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <iostream>

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
    return 0;
}
