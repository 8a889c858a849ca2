// One call of a function that reads a calendar: its arguments, its memory, and the calendar of what is asked.
#pragma once

#include "pg/availability/arguments.hpp"
#include "pg/availability/call_memory.hpp"
#include "pg/server/extension_schema.hpp"

namespace bookmeatoz::pg {

/// The arguments come first, each refused before any table is read; then open(), once.
class SlotCall : public SlotArguments {
public:
    explicit SlotCall(FunctionCallInfo fcinfo) : SlotArguments(fcinfo), schema_(extension_schema(fcinfo)) {}

    /// The calendar of what is asked, not yet loaded: a Question, or the id of an employee and an instant.
    template <class... Asked>
    LoadedCalendar& open(const Asked&... asked) {
        return calendar_.emplace(asked..., schema_, memory());
    }
    std::pmr::memory_resource* memory() { return memory_.resource(); }
    MemoryBudget& budget() { return memory_.budget(); }

private:
    Oid schema_;
    CallMemory memory_;
    std::optional<LoadedCalendar> calendar_;
};

} // namespace bookmeatoz::pg
