// Unit tests of src/core/slot_search: the slots of whole calendars (S3-S16, S19), the fixed cases of the contract, and
// the properties that must always hold.
#include "core/slot_search.hpp"

#include "unit/support/fixed_cases.hpp"
#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"

#include <gtest/gtest.h>

#include <memory>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Monday;
using std::chrono::Sunday;

namespace {

/// One person who works on Mondays from 9 to 12, an hour a slot, every half hour; Monday 2026-03-02 is asked for.
struct SlotSearchTest : testing::Test {
    SlotSearchTest() {
        business.settings.slot_interval = minutes(30);
        business.window = {utc("2026-03-02 00:00"), utc("2026-03-03 00:00")};
        business.people.push_back({uuid(10), {shift(Monday, "09:00", "12:00")}, {}, {}});
    }
    Person& person(std::size_t i = 0) { return business.people.at(i); }
    void add_person() {
        business.people.push_back(business.people.front());
        business.people.back().id = uuid(10 + static_cast<int>(business.people.size()));
        business.people.back().bookings.clear();
    }
    /// Times of day in UTC.
    std::string times() const {
        std::string text;
        for (const FoundSlot& slot : business.slots())
            text += (text.empty() ? "" : " ") + text_of(slot.start).substr(11, 5);
        return text;
    }
    /// Who is free at a time, and how many seats there are.
    std::string at(const char* time) const {
        std::ostringstream text;
        for (const FoundSlot& slot : business.slots()) {
            if (slot.start == utc(time))
                text << slot;
        }
        return text.str().substr(std::min<std::size_t>(text.str().size(), 18));
    }
    Booking other_service(const char* start, int service = 2) const {
        Booking booking = business.booking(start);
        booking.service_id = uuid(service);
        return booking;
    }

    Business business;
};

using S8Fit = SlotSearchTest;
TEST_F(S8Fit, TheWholeSlotLiesInWorkingTime) {
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    business.service.duration = hours(3);
    EXPECT_EQ(times(), "09:00");
    business.service.duration = hours(3) + minutes(1);
    EXPECT_EQ(times(), "");
}

TEST_F(S8Fit, AnUnavailableTimeInTheMiddleIsNotSpanned) {
    person().overrides = {{{utc("2026-03-02 10:15"), utc("2026-03-02 10:30")}, true}};
    EXPECT_EQ(times(), "09:00 10:30 11:00");
}

TEST_F(S8Fit, TwoPeoplesTimesAreNotJoined) {
    add_person();
    person(0).hours = {shift(Monday, "09:00", "09:30")};
    person(1).hours = {shift(Monday, "09:30", "10:00")};
    EXPECT_EQ(times(), "");
    person(0).hours = {shift(Monday, "09:00", "09:30"), shift(Monday, "09:30", "10:00")};
    EXPECT_EQ(times(), "09:00");
}

TEST_F(S8Fit, ASlotMayLastForDays) {
    person().hours.clear();
    business.default_hours = every_day("00:00", "24:00");
    business.service.duration = 7 * hours(24);
    business.window = {utc("2026-03-02 00:00"), utc("2026-03-02 01:00")};
    EXPECT_EQ(times(), "00:00 00:30");
    business.service.buffer_before = minutes(1440);
    business.service.buffer_after = minutes(1440);
    business.settings.buffers_within_hours = true;
    EXPECT_EQ(times(), "00:00 00:30");
    person().overrides = {{{utc("2026-03-10 00:15"), utc("2026-03-10 00:16")}, true}};
    EXPECT_EQ(times(), "00:00");
    person().overrides = {{{utc("2026-02-28 00:00"), utc("2026-03-01 00:01")}, true}};
    EXPECT_EQ(times(), "00:30");
}

using S3Midnight = SlotSearchTest;
TEST_F(S3Midnight, ASlotMayCrossIt) {
    business.window.begin = utc("2026-03-01 22:00");
    person().hours = {shift(Sunday, "22:30", "24:00"), shift(Monday, "00:00", "01:00")};
    EXPECT_EQ(times(), "22:30 23:00 23:30 00:00");
}

using S9Window = SlotSearchTest;
TEST_F(S9Window, TheStartAloneCounts) {
    business.window = {utc("2026-03-02 09:30"), utc("2026-03-02 11:00")};
    EXPECT_EQ(times(), "09:30 10:00 10:30");
    business.window.end += one_tick;
    EXPECT_EQ(times(), "09:30 10:00 10:30 11:00");
    business.window.begin += one_tick;
    EXPECT_EQ(times(), "10:00 10:30 11:00");
    business.window = {utc("2026-03-02 09:30"), utc("2026-03-02 09:30")};
    EXPECT_EQ(times(), "");
    business.window = {utc("2026-03-02 11:00"), utc("2026-03-02 09:00")};
    EXPECT_EQ(times(), "");
}

TEST_F(S9Window, BusyTimeIsNotCutByIt) {
    business.window = {utc("2026-03-02 10:00"), utc("2026-03-02 10:30")};
    business.service.duration = minutes(30);
    person().bookings = {other_service("2026-03-02 09:30")};
    EXPECT_EQ(times(), "10:00");
    person().bookings[0].buffer_after = minutes(1);
    EXPECT_EQ(times(), "");
    person().bookings = {other_service("2026-03-02 10:30")};
    EXPECT_EQ(times(), "10:00");
    business.service.buffer_after = minutes(1);
    EXPECT_EQ(times(), "");
}

TEST_F(S9Window, AnEmptyOneCostsNothing) {
    business.window.end = business.window.begin;
    SlotSearch search(business.calendar(), no_poll, std::pmr::null_memory_resource());
    EXPECT_FALSE(search.next());
}

using S6Buffers = SlotSearchTest;
TEST_F(S6Buffers, AreTestedAgainstBookingsNotHours) {
    business.service.buffer_before = minutes(30);
    business.service.buffer_after = minutes(30);
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    person().bookings = {other_service("2026-03-02 06:00")};
    person().bookings[0].interval.end = utc("2026-03-02 08:31");
    EXPECT_EQ(times(), "09:30 10:00 10:30 11:00");
}

TEST_F(S6Buffers, AreExactToTheTick) {
    person().bookings = {other_service("2026-03-02 08:00")};
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    person().bookings[0].interval.end += one_tick;
    EXPECT_EQ(times(), "09:30 10:00 10:30 11:00");
}

TEST_F(S6Buffers, WithinHours) {
    business.service.buffer_before = minutes(20);
    business.service.buffer_after = minutes(10);
    business.settings.buffers_within_hours = true;
    EXPECT_EQ(times(), "09:30 10:00 10:30");
    business.service.buffer_before = minutes(30);
    business.service.buffer_after = minutes(30);
    EXPECT_EQ(times(), "09:30 10:00 10:30");
    business.service.buffer_after = minutes(31);
    EXPECT_EQ(times(), "09:30 10:00");
    business.service.buffer_before = minutes(31);
    EXPECT_EQ(times(), "10:00");
}

using S7Optimized = SlotSearchTest;
TEST_F(S7Optimized, NoTimeIsLostBehindABooking) {
    business.settings.slot_alignment = SlotAlignment::optimized;
    business.service.buffer_before = minutes(5);
    person().bookings = {other_service("2026-03-02 09:00")};
    person().bookings[0].interval.end = utc("2026-03-02 09:50");
    EXPECT_EQ(times(), "09:55 10:00 10:30 11:00");
}

using S7Clock = SlotSearchTest;
TEST_F(S7Clock, TheShiftDoesNotMatter) {
    person().hours = {shift(Monday, "09:10", "12:05")};
    business.settings.slot_alignment = SlotAlignment::clock;
    EXPECT_EQ(times(), "09:30 10:00 10:30 11:00");
    business.settings.slot_offset = minutes(10);
    EXPECT_EQ(times(), "09:10 09:40 10:10 10:40");
}

using S10Notice = SlotSearchTest;
TEST_F(S10Notice, IsInclusive) {
    business.as_of = utc("2026-03-02 08:00");
    business.settings.min_notice = minutes(120);
    EXPECT_EQ(times(), "10:00 10:30 11:00");
    business.as_of += one_tick;
    EXPECT_EQ(times(), "10:30 11:00");
}

TEST_F(S10Notice, ThePastIsNotOffered) {
    business.as_of = utc("2026-03-02 10:30");
    EXPECT_EQ(times(), "10:30 11:00");
}

using S10Horizon = SlotSearchTest;
TEST_F(S10Horizon, TakesInItsWholeLocalDate) {
    business.as_of = utc("2026-02-28 10:00");
    business.settings.max_advance_days = 2;
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    business.as_of = utc("2026-02-28 00:00");
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    business.as_of -= one_tick;
    EXPECT_EQ(times(), "");
}

TEST_F(S10Horizon, IsOfTheBusinesssZone) {
    business.zone = zone_periods("Europe/Berlin");
    business.default_hours = every_day("00:00", "24:00");
    person().hours.clear();
    business.as_of = utc("2026-03-28 23:30"); // 00:30 of the day on which the clock jumps
    business.settings.max_advance_days = 0;
    business.window = {utc("2026-03-29 20:30"), utc("2026-03-29 23:30")};
    EXPECT_EQ(times(), "20:30 21:00 21:30");
    business.settings.max_advance_days = 1;
    EXPECT_EQ(times(), "20:30 21:00 21:30 22:00 22:30 23:00");
}

TEST_F(S10Horizon, LeavesOutTheDateBetweenOneThatComesTwice) {
    business.zone = {{Instant{}, hours(0)}, {utc("2026-03-02 00:15"), -hours(1)}};
    business.default_hours = every_day("00:00", "24:00");
    person().hours.clear();
    business.settings.slot_interval = minutes(15);
    business.as_of = utc("2026-03-01 12:00");
    business.settings.max_advance_days = 0;
    business.window = {utc("2026-03-01 23:30"), utc("2026-03-02 02:00")};
    EXPECT_EQ(times(), "23:30 23:45 00:15 00:30 00:45");
}

using S11Statuses = SlotSearchTest;
TEST_F(S11Statuses, ABookingOccupiesWhateverItsService) {
    person().bookings = {other_service("2026-03-02 09:30")};
    EXPECT_EQ(times(), "10:30 11:00");
    person().bookings[0].status = BookingStatus::rejected;
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    // One that the application has added to the type.
    person().bookings[0].status = BookingStatus::other;
    EXPECT_EQ(times(), "10:30 11:00");
}

using S12Who = SlotSearchTest;
TEST_F(S12Who, NobodyNoSlots) {
    business.people.clear();
    EXPECT_EQ(times(), "");
}

TEST_F(S12Who, ABusinessThatIsItsOwnResourceUsesItsDefaultHours) {
    business.people = {{uuid(0), {}, {}, {business.booking("2026-03-02 15:00")}}};
    business.default_hours = {shift(Monday, "14:00", "17:00")};
    EXPECT_EQ(times(), "14:00 16:00");
}

using S13Any = SlotSearchTest;
TEST_F(S13Any, AllWhoAreFreeAreListed) {
    add_person();
    add_person();
    person(0).bookings = {business.booking("2026-03-02 09:00")};
    person(2).hours = {shift(Monday, "09:15", "11:30")};
    EXPECT_EQ(times(), "09:00 09:15 09:30 09:45 10:00 10:15 10:30 11:00");
    EXPECT_EQ(at("2026-03-02 09:00"), "{ 1 } x1");
    EXPECT_EQ(at("2026-03-02 09:15"), "{ 2 } x1");
    EXPECT_EQ(at("2026-03-02 10:00"), "{ 0 1 } x2");
    EXPECT_EQ(at("2026-03-02 11:00"), "{ 0 1 } x2");
    person(2).hours = person(1).hours;
    EXPECT_EQ(at("2026-03-02 09:30"), "{ 1 2 } x2");
    EXPECT_EQ(at("2026-03-02 10:30"), "{ 0 1 2 } x3");
}

using S14Unassigned = SlotSearchTest;
TEST_F(S14Unassigned, FreePeopleMustOutnumberThem) {
    add_person();
    business.competing_services = {uuid(1), uuid(3)};
    business.unassigned = {business.booking("2026-03-02 10:00")};
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    EXPECT_EQ(at("2026-03-02 10:00"), "{ 0 1 } x2");
    business.unassigned.push_back(other_service("2026-03-02 10:30", 3));
    EXPECT_EQ(times(), "09:00 09:30 11:00");
    // One of the two is booked: one is free, one waits.
    business.unassigned.pop_back();
    person(1).bookings = {business.booking("2026-03-02 10:00")};
    EXPECT_EQ(times(), "09:00 11:00");
}

TEST_F(S14Unassigned, ThoseOfOtherServicesDoNotCompete) {
    business.competing_services = {uuid(1), uuid(3)};
    business.unassigned = {other_service("2026-03-02 10:00", 2)};
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
    business.unassigned = {other_service("2026-03-02 10:00", 3)};
    EXPECT_EQ(times(), "09:00 11:00");
}

TEST_F(S14Unassigned, TheirBuffersAndOursCount) {
    business.competing_services = {uuid(1)};
    business.unassigned = {business.booking("2026-03-02 10:00")};
    business.unassigned[0].buffer_before = minutes(1);
    EXPECT_EQ(times(), "11:00");
    business.unassigned[0].buffer_before = minutes(0);
    business.unassigned[0].buffer_after = minutes(1);
    EXPECT_EQ(times(), "09:00");
    business.unassigned[0].buffer_after = minutes(0);
    business.service.buffer_after = minutes(1);
    EXPECT_EQ(times(), "11:00");
    business.service.buffer_after = minutes(0);
    business.service.buffer_before = minutes(1);
    EXPECT_EQ(times(), "09:00");
}

TEST_F(S14Unassigned, OnlyOccupyingOnesCount) {
    business.competing_services = {uuid(1)};
    business.unassigned = {business.booking("2026-03-02 10:00")};
    business.unassigned[0].status = BookingStatus::cancelled;
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
}

TEST_F(S14Unassigned, TheOrderOfTheRowsDoesNotMatter) {
    business.competing_services = {uuid(1)};
    business.unassigned = {business.booking("2026-03-02 11:00"), business.booking("2026-03-02 09:00")};
    EXPECT_EQ(times(), "10:00");
}

using S15Capacity = SlotSearchTest;
TEST_F(S15Capacity, RemainingIsTheSumOverThoseWhoAreFree) {
    add_person();
    business.settings.capacity = 5;
    person(0).bookings = {business.booking("2026-03-02 10:00"), business.booking("2026-03-02 10:00")};
    EXPECT_EQ(at("2026-03-02 09:00"), "{ 0 1 } x10");
    EXPECT_EQ(at("2026-03-02 09:30"), "{ 1 } x5");
    EXPECT_EQ(at("2026-03-02 10:00"), "{ 0 1 } x8");
    business.settings.capacity = 2;
    EXPECT_EQ(at("2026-03-02 10:00"), "{ 1 } x2");
}

TEST_F(S15Capacity, AFullSessionIsNotOffered) {
    person().bookings = {business.booking("2026-03-02 10:00")};
    EXPECT_EQ(times(), "09:00 11:00");
    business.settings.capacity = 2;
    EXPECT_EQ(times(), "09:00 10:00 11:00");
}

using S16Limits = SlotSearchTest;
TEST_F(S16Limits, AFullDateOffersNothingOfThatPerson) {
    add_person();
    business.window.end = utc("2026-03-10 00:00");
    business.settings.max_bookings_per_day_of_business = 1;
    person(0).bookings = {other_service("2026-03-02 20:00")};
    person(1).hours = {shift(Monday, "09:00", "10:00")};
    EXPECT_EQ(times(), "09:00 09:00 09:30 10:00 10:30 11:00");
    EXPECT_EQ(at("2026-03-02 09:00"), "{ 1 } x1");
    EXPECT_EQ(at("2026-03-09 09:00"), "{ 0 1 } x2");
    // A session with seats left is no exception.
    business.settings.capacity = 5;
    person(0).bookings = {business.booking("2026-03-02 09:00")};
    EXPECT_EQ(at("2026-03-02 09:00"), "{ 1 } x5");
}

using S19Holds = SlotSearchTest;
TEST_F(S19Holds, AnExpiredHoldBlocksNothing) {
    business.as_of = utc("2026-03-02 08:00");
    person().bookings = {business.booking("2026-03-02 09:00")};
    person().bookings[0].status = BookingStatus::pending;
    person().bookings[0].hold_expires_at = business.as_of + one_tick;
    EXPECT_EQ(times(), "10:00 10:30 11:00");
    person().bookings[0].hold_expires_at = business.as_of;
    EXPECT_EQ(times(), "09:00 09:30 10:00 10:30 11:00");
}

using Search = SlotSearchTest;
TEST_F(Search, AllocatesFromTheMemoryGivenAlone) {
    add_person();
    person(0).bookings = {business.booking("2026-03-02 09:00"), other_service("2026-03-02 11:00")};
    person(1).overrides = {{{utc("2026-03-02 09:00"), utc("2026-03-02 09:30")}, true},
                           {{utc("2026-03-02 15:00"), utc("2026-03-02 16:00")}, false}};
    business.settings.availability_override_mode = OverrideMode::replace;
    business.settings.slot_alignment = SlotAlignment::optimized;
    business.settings.max_bookings_per_day_of_service = 5;
    business.unassigned = {business.booking("2026-03-02 10:00")};
    business.competing_services = {uuid(1)};
    const Calendar& calendar = business.calendar();

    std::array<std::byte, 1 << 16> space;
    std::pmr::monotonic_buffer_resource memory(space.data(), space.size(), std::pmr::null_memory_resource());
    std::pmr::memory_resource* const usual = std::pmr::set_default_resource(std::pmr::null_memory_resource());
    std::size_t count = 0;
    {
        SlotSearch search(calendar, no_poll, &memory);
        while (search.next())
            ++count;
    }
    std::pmr::set_default_resource(usual);
    EXPECT_GT(count, 0u);
}

struct Cancelled {};
int polls = 0;
TEST_F(Search, PollsAndMayBeEndedByAnException) {
    business.default_hours = every_day("00:00", "24:00");
    person().hours.clear();
    business.settings.slot_interval = minutes(1);
    business.window.end = business.window.begin + 30 * one_day;
    polls = 0;
    business.slots([] { ++polls; });
    EXPECT_GT(polls, 30 * 1440 / 2048);
    polls = 0;
    const auto end_it = [] {
        if (++polls == 5)
            throw Cancelled{};
    };
    EXPECT_THROW(business.slots(end_it), Cancelled);
    EXPECT_EQ(polls, 5);
}

TEST_F(Search, PollsForEachPersonAndWhileAllIsBooked) {
    for (int i = 0; i < 9; ++i)
        add_person();
    polls = 0;
    business.slots([] { ++polls; });
    EXPECT_GE(polls, 10);
    // Candidates that are refused one by one count too: a limit, reached every day.
    business.people.resize(1);
    business.default_hours = every_day("00:00", "24:00");
    person().hours.clear();
    business.settings.slot_interval = minutes(1);
    business.settings.max_bookings_per_day_of_business = 1;
    for (int day = 0; day < 10; ++day) {
        person().bookings.push_back(business.booking("2026-03-02 12:00"));
        person().bookings.back().interval.begin += day * one_day;
        person().bookings.back().interval.end += day * one_day;
    }
    business.window.end = business.window.begin + 10 * one_day;
    polls = 0;
    EXPECT_TRUE(business.slots([] { ++polls; }).empty());
    EXPECT_GE(polls, 8);
}

TEST_F(Search, CanBeLeftAtAnySlot) {
    SlotSearch search(business.calendar(), no_poll, std::pmr::get_default_resource());
    const std::optional<Slot> first = search.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->start, utc("2026-03-02 09:00"));
    EXPECT_EQ(first->resources.size(), 1u);
}

TEST_F(Search, SkipsForwardsNeverBack) {
    add_person();
    SlotSearch search(business.calendar(), no_poll, std::pmr::get_default_resource());
    search.skip_to(utc("2026-03-02 09:30"));
    EXPECT_EQ(search.next()->start, utc("2026-03-02 09:30"));
    search.skip_to(utc("2026-03-02 09:00"));
    EXPECT_EQ(search.next()->start, utc("2026-03-02 10:00"));
    search.skip_to(utc("2026-03-02 10:30") + one_tick);
    EXPECT_EQ(search.next()->start, utc("2026-03-02 11:00"));
    search.skip_to(utc("2026-03-04 00:00"));
    EXPECT_FALSE(search.next());
}

TEST_F(Search, HasNothingMoreAfterItsEnd) {
    SlotSearch search(business.calendar(), no_poll, std::pmr::get_default_resource());
    while (search.next()) {
    }
    EXPECT_FALSE(search.next());
}

// ---- the fixed cases of the contract

TEST(FixedCases, EveryOne) {
    const std::vector<FixedCase> cases = fixed_cases();
    ASSERT_EQ(cases.size(), 14u);
    for (const FixedCase& fixed : cases) {
        EXPECT_EQ(fixed.business.slots(), fixed.expected) << fixed.name;
        EXPECT_EQ(in_reach(fixed.business).slots(), fixed.expected) << fixed.name << ", rows in reach alone";
        EXPECT_EQ(slow::slots(fixed.business), fixed.expected)
            << fixed.name << ", the slow reading of the rules";
    }
}

// ---- properties: random businesses; a failure prints the seed and the business

constexpr std::uint64_t businesses = 2000;

struct Properties : testing::Test {
    void each_business(auto&& check) {
        std::size_t slots = 0;
        for (std::uint64_t seed = 1; seed <= businesses && !HasFatalFailure(); ++seed) {
            Seeded source(seed);
            const Business business = random_business(source);
            const std::vector<FoundSlot> found = business.slots();
            slots += found.size();
            SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + describe(business));
            check(business, found, source);
        }
        // Else it has tested nothing.
        EXPECT_GT(slots, 10 * businesses);
    }

    static bool is_part_of(const std::vector<FoundSlot>& some, const std::vector<FoundSlot>& all) {
        std::map<Instant, std::vector<std::uint32_t>> people;
        for (const FoundSlot& slot : all)
            people[slot.start] = slot.people;
        return std::all_of(some.begin(), some.end(), [&](const FoundSlot& slot) {
            const auto same = people.find(slot.start);
            return same != people.end() && std::includes(same->second.begin(), same->second.end(),
                                                         slot.people.begin(), slot.people.end());
        });
    }
};

TEST_F(Properties, AgreesWithTheSlowReadingOfTheRules) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded&) {
        ASSERT_EQ(found, slow::slots(business));
    });
}

TEST_F(Properties, SortedWithoutDuplicates) {
    each_business([](const Business&, const std::vector<FoundSlot>& found, Seeded&) {
        for (std::size_t i = 1; i < found.size(); ++i)
            ASSERT_LT(found[i - 1].start, found[i].start);
        for (const FoundSlot& slot : found)
            ASSERT_TRUE(std::adjacent_find(slot.people.begin(), slot.people.end(), std::greater_equal<>()) ==
                        slot.people.end());
    });
}

TEST_F(Properties, WindowInvariance) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded& source) {
        const Duration length = business.window.end - business.window.begin;
        const Instant cut = business.window.begin + length * source.number(0, 1000) / 1000;
        std::vector<FoundSlot> joined = business.slots_in({business.window.begin, cut});
        const std::vector<FoundSlot> rest = business.slots_in({cut, business.window.end});
        joined.insert(joined.end(), rest.begin(), rest.end());
        ASSERT_EQ(joined, found) << "cut at " << text_of(cut);
    });
}

TEST_F(Properties, SkippingIsFiltering) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded& source) {
        SlotSearch search(business.calendar(), no_poll, std::pmr::get_default_resource());
        std::vector<FoundSlot> wanted, got;
        Instant from = business.window.begin;
        for (auto slot = found.begin();;) {
            if (source.chance(30)) {
                from += minutes(source.number(-100, 600));
                search.skip_to(from);
            }
            while (slot != found.end() && slot->start < from)
                ++slot;
            if (slot != found.end())
                wanted.push_back(*slot++);
            const std::optional<Slot> next = search.next();
            if (!next)
                break;
            got.push_back(
                {next->start, {next->resources.begin(), next->resources.end()}, next->remaining_capacity});
            from = std::max(from, next->start + one_tick);
        }
        ASSERT_EQ(got, wanted);
    });
}

TEST_F(Properties, RowsInReachAreEnough) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded&) {
        ASSERT_EQ(in_reach(business).slots(), found);
    });
}

TEST_F(Properties, ABookingAddsNoSlot) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded& source) {
        if (business.settings.slot_alignment == SlotAlignment::optimized)
            return;
        Business busier = business;
        const bool unassigned = source.chance(20);
        (unassigned ? busier.unassigned : busier.people.front().bookings)
            .push_back(random_booking(source, business));
        ASSERT_TRUE(is_part_of(busier.slots(), found));
    });
}

TEST_F(Properties, AnUnavailableOverrideAddsNoSlot) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded& source) {
        Business busier = business;
        busier.people.front().overrides.push_back(random_override(source));
        busier.people.front().overrides.back().is_unavailable = true;
        ASSERT_TRUE(is_part_of(busier.slots(), found));
    });
}

TEST_F(Properties, AnEmployeeRemovesNoSlot) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded& source) {
        if (!business.unassigned.empty())
            return;
        Business larger = business;
        larger.people.push_back(random_person(source, business, static_cast<int>(business.people.size())));
        ASSERT_TRUE(is_part_of(found, larger.slots()));
    });
}

TEST_F(Properties, TheOrderOfTheRowsDoesNotMatter) {
    each_business([](const Business& business, const std::vector<FoundSlot>& found, Seeded&) {
        Business turned = business;
        std::reverse(turned.default_hours.begin(), turned.default_hours.end());
        std::reverse(turned.unassigned.begin(), turned.unassigned.end());
        for (Person& person : turned.people) {
            std::reverse(person.hours.begin(), person.hours.end());
            std::reverse(person.overrides.begin(), person.overrides.end());
            std::reverse(person.bookings.begin(), person.bookings.end());
        }
        ASSERT_EQ(turned.slots(), found);
    });
}

} // namespace
