// find_available_slots_json(): the slots of find_available_slots() as one JSON value, written straight into the result.
#include "pg/availability/call_memory.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/availability/arguments.hpp"
#include "pg/server/uuid.hpp"
#include "core/slot_search.hpp"

#include <array>
#include <charconv>
#include <cstring>

extern "C" {
#include "utils/json.h"
}

namespace bookmeatoz::pg {
namespace {

/// A json value while it grows. Room is reserved first, then written to without further checks.
class JsonText {
public:
    explicit JsonText(MemoryBudget& budget)
        : budget_(budget), text_(static_cast<char*>(pg_call([] { return palloc(first_size); }))) {}

    /// Afterwards `bytes` can be written. 54000 beyond the budget.
    void reserve(std::size_t bytes) {
        if (bytes > size_ - used_)
            grow(bytes);
    }

    void write(char c) { text_[used_++] = c; }
    void write(std::string_view text) {
        std::memcpy(text_ + used_, text.data(), text.size());
        used_ += text.size();
    }
    /// Copies all of a block, of which `length` bytes count: a copy of fixed length takes one instruction.
    template <std::size_t N>
    void write_block(const std::array<char, N>& block, std::size_t length) {
        std::memcpy(text_ + used_, block.data(), N);
        used_ += length;
    }
    void write(int number) {
        used_ = static_cast<std::size_t>(std::to_chars(text_ + used_, text_ + size_, number).ptr - text_);
    }
    void write_two_digits(std::uint32_t number) {
        text_[used_] = static_cast<char>('0' + number / 10);
        text_[used_ + 1] = static_cast<char>('0' + number % 10);
        used_ += 2;
    }
    void replace_last(char c) { text_[used_ - 1] = c; }

    Datum value() {
        SET_VARSIZE(text_, used_);
        return PointerGetDatum(text_);
    }

private:
    static constexpr std::size_t first_size = 8000;

    void grow(std::size_t bytes) {
        const std::size_t size = std::max(std::min(2 * size_, size_ + budget_.left()), used_ + bytes);
        budget_.take(size - size_);
        text_ = static_cast<char*>(pg_call([&] { return repalloc(text_, size); }));
        size_ = size;
    }

    MemoryBudget& budget_;
    char* text_;
    std::size_t size_ = first_size;
    std::size_t used_ = VARHDRSZ;
};

/// ISO 8601 in UTC, such as 2026-03-02T09:00:00Z; with six more digits where there are fractions of a second. For the years
/// 1 to 9999. Each slot has one.
class IsoInstant {
public:
    /// Takes at most 32 bytes of what was reserved.
    void write(JsonText& text, Instant instant) {
        // Slots ascend: many have the date of the one before.
        if (instant < day_ || instant >= day_ + one_day)
            set_day(std::chrono::floor<std::chrono::days>(instant));
        const auto microseconds = static_cast<std::uint64_t>((instant - day_).count());
        const auto seconds = static_cast<std::uint32_t>(microseconds / 1'000'000);
        const auto fraction = static_cast<std::uint32_t>(microseconds - std::uint64_t{seconds} * 1'000'000);
        text.write_block(date_, 11);
        text.write_two_digits(seconds / 3600);
        text.write(':');
        text.write_two_digits(seconds / 60 % 60);
        text.write(':');
        text.write_two_digits(seconds % 60);
        if (fraction != 0) {
            text.write('.');
            text.write_two_digits(fraction / 10'000);
            text.write_two_digits(fraction / 100 % 100);
            text.write_two_digits(fraction % 100);
        }
        text.write('Z');
    }

private:
    void set_day(std::chrono::sys_days day) {
        day_ = day;
        const std::chrono::year_month_day date(day);
        const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
        const auto month = static_cast<unsigned>(date.month());
        const auto day_of_month = static_cast<unsigned>(date.day());
        const auto digit = [](unsigned value) { return static_cast<char>('0' + value % 10); };
        date_ = {digit(year / 1000),
                 digit(year / 100),
                 digit(year / 10),
                 digit(year),
                 '-',
                 digit(month / 10),
                 digit(month),
                 '-',
                 digit(day_of_month / 10),
                 digit(day_of_month),
                 'T'};
    }

    Instant day_ = Instant::min();
    std::array<char, 16> date_{};
};

/// With its quotes, escaped.
std::string_view json_string(const char* text) {
    return pg_call([&] {
        StringInfoData json;
        initStringInfo(&json);
        escape_json(&json, text);
        return std::string_view(json.data, static_cast<std::size_t>(json.len));
    });
}

class SlotJson {
public:
    SlotJson(const LoadedCalendar& loaded, bookmeatoz::Interval asked, CallMemory& memory)
        : text_(memory.budget()), indexes_(memory.resource()) {
        const Calendar& calendar = loaded.calendar();
        const auto employees = loaded.listed(calendar.resources);
        write_head(loaded, asked, employees);
        for (std::size_t i = 0; i < employees.size(); ++i) {
            Index& index = indexes_.emplace_back();
            char* const end = std::to_chars(index.text.begin(), index.text.end(), i).ptr;
            *end = ',';
            index.length = static_cast<std::size_t>(end + 1 - index.text.data());
        }
    }

    void add(const Slot& slot) {
        if (++count_ > most_slots)
            too_many_slots();
        text_.reserve(around_a_slot + slot.resources.size() * longest_index);
        text_.write("[\"");
        instant_.write(text_, slot.start);
        text_.write("\",[");
        if (indexes_.empty()) {
            text_.write(']');
        } else {
            for (const std::uint32_t employee : slot.resources)
                text_.write_block(indexes_[employee].text, indexes_[employee].length);
            text_.replace_last(']');
        }
        text_.write(',');
        text_.write(slot.remaining_capacity);
        text_.write("],");
    }

    Datum value() {
        text_.reserve(around_a_slot);
        if (count_ > 0)
            text_.replace_last(']');
        else
            text_.write(']');
        text_.write('}');
        return text_.value();
    }

private:
    static constexpr std::size_t longest_index = 16;
    /// More than what a slot takes besides its employees, and than what a block writes beyond its length.
    static constexpr std::size_t around_a_slot = 128;

    /// The index of an employee with the comma behind it.
    struct Index {
        std::array<char, longest_index> text{};
        std::size_t length = 0;
    };

    void write_head(const LoadedCalendar& loaded, bookmeatoz::Interval asked,
                    std::span<const Resource> employees) {
        const std::string_view zone = json_string(pg_get_timezone_name(loaded.time_zone()));
        text_.reserve(4 * around_a_slot + zone.size() + employees.size() * 40);
        text_.write(R"({"from":")");
        instant_.write(text_, asked.begin);
        text_.write(R"(","to":")");
        instant_.write(text_, asked.end);
        text_.write(R"(","timezone":)");
        text_.write(zone);
        text_.write(R"(,"service_id":")");
        text_.write(uuid_text(to_pg_uuid(loaded.calendar().service.id)));
        text_.write(R"(","duration_minutes":)");
        text_.write(static_cast<int>(loaded.calendar().service.duration.count()));
        text_.write(R"(,"employees":[)");
        for (const Resource& employee : employees) {
            text_.write('"');
            text_.write(uuid_text(to_pg_uuid(employee.id)));
            text_.write("\",");
        }
        if (employees.empty())
            text_.write(']');
        else
            text_.replace_last(']');
        text_.write(R"(,"slots":[)");
    }

    JsonText text_;
    IsoInstant instant_;
    std::pmr::vector<Index> indexes_;
    std::size_t count_ = 0;
};

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(find_available_slots_json, takes({UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDOID,
                                                      INT4OID, UUIDOID, TIMESTAMPTZOID})
                                                   .returns(JSONOID)) {
    const SlotArguments arguments(fcinfo);
    const Question question = arguments.question(3);
    const auto window = arguments.window(1);

    CallMemory memory;
    LoadedCalendar loaded(question, extension_schema(fcinfo), memory.resource());
    loaded.load(loaded.bookable(window));
    SlotJson json(loaded, window, memory);
    SlotSearch search(loaded.calendar(), poll_interrupts, memory.resource());
    while (const std::optional<Slot> slot = search.next())
        json.add(*slot);
    return json.value();
}
